// A Messages API on 127.0.0.1 that answers from a script: what the model "says" is decided by how many times it has spoken.
// It streams, answers whole where that is asked for, and can fail in the ways that an API fails.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ToolUse {
  readonly tool: string
  readonly input: unknown
}

/** What the model says at one turn: words or calls of tools; or how the API fails there. */
export type Turn =
  | readonly (string | ToolUse)[]
  | {
      readonly status: number
      /** What it says of that. */ readonly message?: string
      /** Fails this often, then goes on with `then`. */ readonly times?: number
      readonly then?: readonly (string | ToolUse)[]
    }
  | { readonly broken: 'cut' | 'stall' }

export interface MessagesRequest {
  readonly system: unknown
  readonly messages: readonly { readonly role: string; readonly content: unknown }[]
  readonly tools?: readonly { readonly name: string }[]
  readonly stream?: boolean
  readonly model: string
}

export type Script = (turn: number, request: MessagesRequest) => Turn

export interface ScriptedServer {
  readonly url: string
  /** Requests for a message, in order. */
  readonly requests: readonly MessagesRequest[]
  /** Headers of those requests. */
  readonly headers: readonly IncomingMessage['headers'][]
  readonly close: () => Promise<void>
}

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: MessagesRequest[] = []
  const headers: IncomingMessage['headers'][] = []
  const failures = new Map<number, number>()
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(200).end()
    const body = JSON.parse(await text(request)) as MessagesRequest
    if (request.url?.includes('count_tokens') === true) return json(response, 200, { input_tokens: 100 })
    requests.push(body)
    headers.push(request.headers)
    const turn = body.messages.filter((m) => m.role === 'assistant').length
    const said = script(turn, body)
    if ('broken' in said) return broken(response, said.broken)
    if ('status' in said) {
      const failed = (failures.get(turn) ?? 0) + 1
      failures.set(turn, failed)
      if (said.then === undefined || failed <= (said.times ?? Infinity))
        return failure(response, said.status, said.message)
      return speak(response, body, said.then, turn)
    }
    return speak(response, body, said, turn)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, headers, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const kinds: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function failure(response: ServerResponse, status: number, message = `scripted ${status}`): void {
  json(response, status, { type: 'error', error: { type: kinds[status] ?? 'api_error', message } })
}

const usage = { input_tokens: 1000, output_tokens: 50, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }

function message(request: MessagesRequest, said: readonly (string | ToolUse)[], turn: number): Record<string, unknown> {
  const content = said.map((s, i) =>
    typeof s === 'string'
      ? { type: 'text', text: s }
      : { type: 'tool_use', id: `toolu_${turn}_${i}`, name: named(request, s.tool), input: s.input },
  )
  const stop_reason = said.some((s) => typeof s !== 'string') ? 'tool_use' : 'end_turn'
  return {
    id: `msg_${turn}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content,
    stop_reason,
    stop_sequence: null,
    usage,
  }
}

/** Under the name by which the request offers it: runtimes may put something in front. */
function named(request: MessagesRequest, tool: string): string {
  return request.tools?.find((t) => t.name === tool || t.name.endsWith(`__${tool}`))?.name ?? tool
}

function speak(
  response: ServerResponse,
  request: MessagesRequest,
  said: readonly (string | ToolUse)[],
  turn: number,
): void {
  const whole = message(request, said, turn)
  if (request.stream !== true) return json(response, 200, whole)
  const send = start(response, whole)
  for (const [index, block] of (whole['content'] as readonly Record<string, unknown>[]).entries()) {
    const isText = block['type'] === 'text'
    send('content_block_start', { index, content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} } })
    const delta = isText
      ? { type: 'text_delta', text: block['text'] }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block['input']) }
    send('content_block_delta', { index, delta })
    send('content_block_stop', { index })
  }
  send('message_delta', {
    delta: { stop_reason: whole['stop_reason'], stop_sequence: null },
    usage: { output_tokens: 50 },
  })
  send('message_stop', {})
  response.end()
}

function start(response: ServerResponse, whole: Record<string, unknown>): (type: string, data: object) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  }
  send('message_start', { message: { ...whole, content: [], stop_reason: null } })
  return send
}

function broken(response: ServerResponse, how: 'cut' | 'stall'): void {
  const send = start(response, message({ messages: [], system: '', model: 'scripted' }, [], 0))
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  send('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Let me' } })
  if (how === 'cut') setTimeout(() => response.destroy(), 50)
}

/** Results of tools in the last request, in the order in which the model got them. */
export function resultsOf(requests: readonly MessagesRequest[]): readonly string[] {
  const last = requests.at(-1)?.messages ?? []
  return last.flatMap((m) => {
    const blocks = Array.isArray(m.content) ? (m.content as { type: string; content?: unknown }[]) : []
    return blocks.flatMap((b) => (b.type === 'tool_result' ? [JSON.stringify(b.content)] : []))
  })
}
