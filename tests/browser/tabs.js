// What this tab shows, and what the server would draw in its place.
async () => {
  const parser = document.createElement("template");
  const text = (node) => node.textContent.replace(/\s+/g, " ").trim();
  const draw = async (address) => {
    const answer = await fetch(address);
    parser.innerHTML = await answer.text();
    return parser.content.cloneNode(true);
  };

  // One that is edited stays as it is until that is over.
  const edited = [...document.querySelectorAll(".task.editing")].map((row) => row.id);
  const tasksIn = (root) => [...root.querySelectorAll(".task")].filter((row) => !edited.includes(row.id)).map((row) => {
    const copy = row.cloneNode(true);
    for (const part of copy.querySelectorAll(".editor, .steps")) part.remove();
    const tick = copy.querySelector(":scope > .tick button");
    return `${row.id} ${row.closest("section").className} ${tick.ariaPressed} ${text(copy)}`;
  });
  // Without what a tab has asked by itself, and is not answered yet.
  const articlesIn = (root) => [...root.querySelectorAll("article")].map((article) => {
    const copy = article.cloneNode(true);
    for (const part of copy.querySelectorAll("[data-own]")) part.remove();
    return `${article.dataset.seq ?? 0} ${article.dataset.status} ${text(copy)}`;
  });
  const conversationsIn = (root) => [...root.querySelectorAll("li a")].map(
    (link) => `${new URL(link.getAttribute("href"), location).pathname} ${text(link)}`,
  );
  const waitsIn = (list) => [...document.querySelectorAll(`${list} > li`)].map(text);
  // What was written elsewhere comes back there: in another conversation, or with a task that is not shown.
  const keptAs = (kind) => Object.keys(localStorage).filter((name) => name.startsWith(kind)).map((name) => localStorage[name]);
  const waits = keptAs("unsent:").map((item) => JSON.parse(item));
  const goesOut = ({ held, refused, instead }) => !held && !refused && !instead;
  const values = (fields) => [...document.querySelectorAll(fields)].map((field) => field.value);

  const messages = document.getElementById("messages");
  const tasks = document.getElementById("tasks");
  const conversations = document.getElementById("conversations");
  const drawnArticles = [];
  const first = messages.querySelector("article[data-seq]");
  for (let since = first && first.dataset.seq - 1; since !== null; ) {
    const part = await draw(`${messages.dataset.part}?since=${since}`);
    drawnArticles.push(...articlesIn(part));
    since = part.querySelector(".later") && [...part.querySelectorAll("article")].at(-1).dataset.seq;
  }
  return {
    shown: { tasks: tasksIn(tasks), messages: articlesIn(messages), conversations: conversationsIn(conversations) },
    drawn: {
      tasks: tasksIn(await draw(tasks.dataset.part + location.search)),
      messages: drawnArticles,
      conversations: conversationsIn(await draw(conversations.dataset.part)),
    },
    edited,
    conversation: document.getElementById("main").dataset.conversation ?? null,
    onTheWay: [
      ...[...document.querySelectorAll(".message.pending, [data-status=in_progress], #adds > .pending")].map(text),
      ...waits.filter(goesOut).map((message) => message.text),
    ],
    words: [
      ...waitsIn("#outbox"), ...waitsIn("#adds"), ...keptAs("edit:"), ...keptAs("draft:"), ...keptAs("unsent:"),
      ...values("#message, #new-task, .edit-task [name=title]"),
    ],
  };
}
