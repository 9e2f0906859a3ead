// How a client in JavaScript is told what to do: a line of JSON each, as is what came of it.
import { createInterface } from 'node:readline'

// Call the function that a line names, {"do": "say", "text": "Hello"}, with the rest, until there is none.
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
