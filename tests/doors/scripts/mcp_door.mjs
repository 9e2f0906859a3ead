// The client of `@modelcontextprotocol/client`: MODE is auto, or empty for the handshake.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { serve } from './lines.mjs'

const { URL: url, TOKEN: token, MODE: mode } = process.env
const answers = []
const heard = []

const client = new Client(
  { name: 'script', version: '1' },
  {
    capabilities: { elicitation: { form: {} } },
    ...(mode ? { versionNegotiation: { mode } } : {}),
  },
)
client.setRequestHandler('elicitation/create', async (request) => {
  heard.push(request.params.message)
  const action = answers.shift()
  return action === 'accept' ? { action, content: { confirm: true } } : { action }
})
const headers = { authorization: `Bearer ${token}` }
await client.connect(
  new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
)

await serve({
  listed: async () => ({
    tools: (await client.listTools()).tools.map((tool) => tool.name),
    version: client.getNegotiatedProtocolVersion(),
  }),
  use: async ({ tool, arguments: given, say = [] }) => {
    answers.splice(0, answers.length, ...say)
    heard.length = 0
    const result = await client.callTool({ name: tool, arguments: given })
    return {
      failed: Boolean(result.isError),
      text: result.content[0].text,
      told: result.structuredContent ?? null,
      asked: [...heard],
    }
  },
})
