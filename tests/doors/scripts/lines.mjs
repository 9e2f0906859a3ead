// How a client in JavaScript is told what to do: a line of JSON each, as is what came of it.
import { createInterface } from 'node:readline'

// Call the function that each line names with the rest: {"do": "say", "text": "Hello"}.
export async function serve(acts) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...details } = JSON.parse(line)
    let said
    try {
      said = { answer: (await acts[name](details)) ?? null }
    } catch (error) {
      said = { error: error.stack ?? String(error) }
    }
    process.stdout.write(JSON.stringify(said) + '\n')
  }
  process.exit(0)
}

// Ask our own API, for what a protocol has no words for.
export async function ours(method, path, body) {
  const headers = { authorization: `Bearer ${process.env.TOKEN}` }
  if (body) headers['content-type'] = 'application/json'
  const sent = { method, headers, body: body && JSON.stringify(body) }
  const answer = await fetch(process.env.URL + path, sent)
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  const told = await answer.text()
  return told ? JSON.parse(told) : null
}

// The id of the one that there is.
export async function conversation() {
  return (await ours('GET', '/api/conversations/')).results[0].id
}

export async function stop() {
  await ours('POST', `/api/conversations/${await conversation()}/cancel/`)
}

// Until the conversation answers no more.
export async function untilFree() {
  while ((await ours('GET', '/api/conversations/')).results[0].status === 'busy')
    await new Promise((resolve) => setTimeout(resolve, 50))
}
