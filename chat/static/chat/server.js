// The server: what it is asked, what it has drawn, what it tells event by event, and its words.

export function words(name, values = {}) {
  const text = document.getElementById("words").dataset[name];
  return text.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

export class Refused extends Error {
  constructor(response, problem) {
    super(problem.errors?.[0]?.detail ?? problem.detail ?? words("trouble"));
    this.code = problem.code;
    this.problem = problem;
  }
}

// Raises Refused, and TypeError when the server can not be reached.
export async function ask(method, url, body, headers = {}) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const response = await fetch(url, {
    method,
    headers: { "X-CSRFToken": token, ...(body && { "Content-Type": "application/json" }), ...headers },
    body: body && JSON.stringify(body),
  });
  if (response.status === 401 || (response.redirected && response.url.includes("/accounts/login/"))) {
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
    return new Promise(() => {}); // we are leaving
  }
  if (response.ok) return response;
  throw new Refused(response, await response.json().catch(() => ({})));
}

// What the server has drawn, as nodes.
export async function drawn(url) {
  const template = document.createElement("template");
  template.innerHTML = await (await ask("GET", url)).text();
  return template.content;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
export async function* eventsIn(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (unread + value).split("\n\n");
    unread = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      if (fields.event) yield { id: fields.id, name: fields.event, data: JSON.parse(fields.data) };
    }
  }
}
