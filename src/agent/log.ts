// What an agent did, for SCRATCHPAD.md and for whoever watches: its steps, what it handed in and what the checks said. Everything
// that goes in is rid of secrets first.
import type { Redact } from './redact.ts'
import { noUsage, type Usage } from './runtime.ts'
import type { ToolAnswer, ToolHandler } from './tool.ts'

/** A tool call. */
export interface Step {
  readonly turn: number
  readonly tool: string
  /** Its arguments, shortened. */
  readonly input: string
  readonly isError: boolean
}

export interface Submission {
  readonly verdict: 'verified' | 'unverified' | 'rejected'
  readonly why: readonly string[]
}

/** What an agent could not find, and where it looked. */
export interface NotFound {
  readonly what: string
  readonly looked: readonly string[]
}

const longestInput = 160

export class AgentLog {
  readonly steps: Step[] = []
  readonly submissions: Submission[] = []
  readonly notices: string[] = []
  notFound: NotFound | undefined
  usage: Usage = noUsage

  constructor(
    /** What the agent is at: a class, a stop. */
    readonly target: string,
    private readonly redact: Redact,
    /** Told after every change: what is written down survives an interrupt. */
    private readonly onChange: (log: AgentLog) => void,
  ) {}

  step(tool: string, input: unknown, isError: boolean): void {
    const text = this.redact(JSON.stringify(input) ?? '')
    const short = text.length <= longestInput ? text : `${text.slice(0, longestInput)}…`
    this.steps.push({ turn: Math.max(1, this.usage.turns), tool, input: short, isError })
    this.onChange(this)
  }

  submission(submission: Submission): void {
    this.submissions.push({ ...submission, why: submission.why.map(this.redact) })
    this.onChange(this)
  }

  notice(text: string): void {
    this.notices.push(this.redact(text))
    this.onChange(this)
  }

  counted(usage: Usage): void {
    this.usage = usage
    this.onChange(this)
  }

  gaveUp(notFound: NotFound): void {
    this.notFound = { what: this.redact(notFound.what), looked: notFound.looked.map(this.redact) }
    this.onChange(this)
  }

  /** A tool whose calls are written down here. */
  observed(tool: ToolHandler): ToolHandler {
    const run = async (input: unknown): Promise<ToolAnswer> => {
      let failed = true
      try {
        const answer = await tool.run(input)
        failed = answer.isError === true
        return { ...answer, text: this.redact(answer.text) }
      } finally {
        this.step(tool.name, input, failed)
      }
    }
    return { ...tool, run }
  }

  /** A section of SCRATCHPAD.md. */
  lines(): readonly string[] {
    const { usage, steps, submissions, notices, notFound } = this
    return [
      `## Agent: ${this.target}`,
      '',
      usageText(usage),
      '',
      '| turn | tool | arguments | |',
      '|---:|---|---|---|',
      ...steps.map(
        (s) =>
          `| ${s.turn} | ${s.tool} | \`${s.input.replaceAll('|', '\\|').replaceAll('`', "'")}\` | ${s.isError ? 'error' : ''} |`,
      ),
      '',
      ...submissions.flatMap((s, i) => [`Submission ${i + 1}: ${s.verdict}`, ...s.why.map((w) => `- ${w}`), '']),
      ...notices.flatMap((n) => [n, '']),
      ...(notFound === undefined
        ? []
        : [`Not found: ${notFound.what}`, ...notFound.looked.map((l) => `- looked in ${l}`), '']),
    ]
  }
}

/** `12 turns · 34,000 tokens · $0.12` */
export function usageText({ turns, inputTokens, outputTokens, cost }: Usage): string {
  const tokens = (inputTokens + outputTokens).toLocaleString('en-US')
  const money = cost === undefined ? '' : ` · $${cost.toFixed(2)}`
  return `${turns} turn${turns === 1 ? '' : 's'} · ${tokens} tokens${money}`
}
