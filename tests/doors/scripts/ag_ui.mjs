// The official client of AG-UI, in one conversation.
import { HttpAgent } from '@ag-ui/client'
import { deepEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { ours, serve, stop } from './lines.mjs'

const headers = { authorization: `Bearer ${process.env.TOKEN}` }
const seen = { text: '', cut: null, posts: 0 }

// A fetch that comes back to the same run, behind the last event it has read, when the line breaks.
async function persistent(url, init) {
  let last, broken
  const post = () => {
    seen.posts += 1
    broken = new AbortController()
    seen.cut = () => broken.abort()
    const resumed = last ? { ...init.headers, 'last-event-id': last } : init.headers
    return fetch(url, { ...init, headers: resumed, signal: broken.signal })
  }
  const first = await post()
  if (!first.ok) return first
  async function* events(answer) {
    for (let rest = '', decoder = new TextDecoder(); ; ) {
      try {
        for await (const piece of answer.body) {
          const blocks = (rest + decoder.decode(piece, { stream: true })).split('\n\n')
          rest = blocks.pop()
          for (const block of blocks) {
            last = /^id: (.*)$/m.exec(block)?.[1] ?? last
            yield new TextEncoder().encode(block + '\n\n')
          }
        }
        return
      } catch {
        rest = ''
        answer = await post()
      }
    }
  }
  return new Response(ReadableStream.from(events(first)), { headers: first.headers })
}

const agent = new HttpAgent({ url: `${process.env.URL}/api/ag-ui`, threadId: 'a thread', headers, fetch: persistent })

async function run(parameters, onText = () => {}) {
  Object.assign(seen, { text: '', posts: 0 })
  const heard = { tools: [], status: null, asked: false, custom: [], error: null }
  const subscriber = {
    onTextMessageContentEvent({ event }) {
      seen.text += event.delta
      onText(seen.text)
    },
    onToolCallStartEvent: ({ event }) => void heard.tools.push(event.toolCallName),
    onCustomEvent: ({ event }) => void heard.custom.push(event),
    onRunFinishedEvent({ event }) {
      heard.asked = event.outcome.type === 'interrupt'
      heard.status = event.outcome.type === 'cancelled' ? 'cancelled' : 'completed'
    },
    onRunErrorEvent({ event }) {
      heard.status = 'failed'
      heard.error = event.code
    },
  }
  const failed = await agent.runAgent(parameters, subscriber).then(() => null, String)
  if (!heard.status) throw new Error(failed ?? 'the run has no end')
  return { ...heard, text: seen.text, posts: seen.posts }
}

// And what it holds of the tasks after all patches is what there is.
async function briefly(...how) {
  const { text, status, tools, asked } = await run(...how)
  const { results } = await ours('GET', '/api/tasks/?status=open&limit=100')
  const there = Object.fromEntries(results.map(({ steps, reminders, notes, ...task }) => [task.id, task]))
  deepEqual(agent.state, { tasks: there, more: false })
  return { text, status, tools, asked }
}

const told = (text) => agent.addMessage({ id: randomUUID(), role: 'user', content: text })
const once = (after, act) => {
  let done = false
  return (text) => {
    if (done || !text.includes(after)) return
    done = true
    act()
  }
}

console.error = () => {} // the client logs each failed run

await serve({
  say({ text }) {
    told(text)
    return briefly()
  },
  say_and_stop({ text, after }) {
    told(text)
    return briefly({}, once(after, stop))
  },
  say_and_cut({ text, after }) {
    told(text)
    return briefly({}, once(after, () => seen.cut()))
  },
  decide({ yes }) {
    const resume = agent.pendingInterrupts.map(({ id }) => ({ interruptId: id, status: 'resolved', payload: { approved: yes } }))
    return briefly({ resume })
  },
  give_up: () => run({ resume: agent.pendingInterrupts.map(({ id }) => ({ interruptId: id, status: 'cancelled' })) }),
  run: (parameters) => run(parameters),
  agent: () => ({ state: agent.state, messages: agent.messages, pending: agent.pendingInterrupts }),
})
