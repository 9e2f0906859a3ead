// A chat page's half of the AI SDK, without the page: AI names the package, `ai`, `ai-6` or `ai-5`.
import { ours, serve } from './lines.mjs'

const { AbstractChat, DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } =
  await import(process.env.AI)
const IS_5 = process.env.AI === 'ai-5'
const headers = { authorization: `Bearer ${process.env.TOKEN}`, ...(IS_5 && { 'x-ai-sdk': '5' }) }

class Chat extends AbstractChat {
  constructor({ id, messages = [] }) {
    const state = {
      status: 'ready',
      error: undefined,
      messages,
      pushMessage: (message) => (state.messages = [...state.messages, message]),
      popMessage: () => (state.messages = state.messages.slice(0, -1)),
      replaceMessage: (index, message) =>
        (state.messages = state.messages.with(index, structuredClone(message))),
      snapshot: structuredClone,
    }
    super({
      id,
      state,
      transport: new DefaultChatTransport({
        api: `${process.env.URL}/api/ai-sdk/chat`,
        headers,
        fetch: (...asked) => connect(...asked),
      }),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
      onData: (part) => data.push(part),
    })
  }
}

let chat, cut
let data = []
const begin = (chosen = {}) => void (chat = new Chat(chosen))
begin()

// As fetch, but that the line can be cut: then reading fails as browsers have it fail.
async function connect(...asked) {
  const answer = await fetch(...asked)
  if (!answer.ok || !answer.body) return answer
  const [heard, control] = [answer.body.getReader(), {}]
  const body = new ReadableStream({
    start: (controller) => (control.controller = controller),
    pull: async (controller) => {
      const { done, value } = await heard.read()
      if (!control.isCut) done ? controller.close() : controller.enqueue(value)
    },
  })
  cut = () => {
    control.isCut = true
    control.controller.error(new TypeError('network error'))
  }
  return new Response(body, { status: answer.status, headers: answer.headers })
}

const seconds = (some) => new Promise((resolve) => setTimeout(resolve, some * 1000))

const until = async (holds) => {
  while (!holds()) await seconds(0.02)
}

// Of the latest turn: each is a step of its message.
function step() {
  const parts = chat.lastMessage?.role === 'assistant' ? chat.lastMessage.parts : []
  return parts.slice(parts.findLastIndex((part) => part.type === 'step-start') + 1)
}

const text = () =>
  step().flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')

function told() {
  const tools = step().filter((part) => part.type === 'dynamic-tool')
  return {
    text: text(),
    status: chat.status === 'error' ? 'failed' : chat.lastMessage.metadata.status,
    tools: tools.map((part) => part.toolName),
    asked: IS_5 ? null : tools.some((part) => part.state === 'approval-requested'),
  }
}

async function say({ text, ...more }) {
  await chat.sendMessage({ text, ...more })
  return told()
}

async function sayAndStop({ text: words, after }) {
  const said = chat.sendMessage({ text: words })
  await until(() => text().includes(after))
  const { conversation_id, assistant_message_id } = chat.lastMessage.metadata
  await ours('POST', `/api/conversations/${conversation_id}/cancel/`, { assistant_message_id })
  await said
  return told()
}

// `ai` 5 takes what is told again for what follows, unless it has ended the request itself.
async function sayAndCut({ text: words, after }) {
  const said = chat.sendMessage({ text: words })
  await until(() => text().includes(after))
  await (IS_5 ? chat.stop() : cut())
  await said
  await chat.resumeStream()
  return told()
}

async function decide({ yes }) {
  if (IS_5) return { ...(await say({ text: yes ? 'Yes.' : 'No.' })), tools: null }
  const asked = step().filter((part) => part.state === 'approval-requested')
  const before = chat.lastMessage.parts.length
  for (const part of asked)
    await chat.addToolApprovalResponse({ id: part.approval.id, approved: yes })
  await until(() => chat.status === 'ready' && chat.lastMessage.parts.length > before)
  return { ...told(), tools: asked.map((part) => part.toolName) }
}

await serve({
  say,
  decide,
  say_and_stop: sayAndStop,
  say_and_cut: sayAndCut,
  begin,
  regenerate: async (which) => {
    await chat.regenerate(which)
    return told()
  },
  // Another page of the same chat, which has heard as much as this one.
  say_and_reload: async ({ text: words, after }) => {
    const said = chat.sendMessage({ text: words })
    await until(() => text().includes(after))
    begin({ id: chat.id, messages: structuredClone(chat.messages) })
    await Promise.all([said, chat.resumeStream()])
    return told()
  },
  resume: () => chat.resumeStream(),
  known: () => ({ id: chat.id, messages: chat.messages, error: chat.error?.message, data }),
})
