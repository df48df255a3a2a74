// From arguments to an exit code. commander splits the arguments; what is wrong with them is reported here, all at once and
// in the form of every other error.
import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorLines, errorReport, plainStyle } from '../report/index.ts'
import { errorCodes, isAnalysisError, nearest, raise } from '../text/index.ts'
import type { OverrideUse } from '../huggingface/index.ts'
import type { Call, CommandRow } from './command.ts'
import { commands } from './commands.ts'
import { type Engine, engine as localEngine, scratchpadOf } from './engine.ts'
import { writeFileWhole } from './files.ts'
import { Flags } from './flags.ts'
import type { Io } from './io.ts'
import { packageRoot, packageVersion } from './paths.ts'
import { CommandFailed, exitCodeOf, Problems } from './problems.ts'

export async function run(
  argv: readonly string[],
  io: Io,
  engine: Engine = localEngine,
  anotherEngine: () => Engine = () => localEngine,
): Promise<number> {
  const args = dashed(argv)
  let code = 0
  const program = programOf(io, args, { engine, anotherEngine }, (exit) => (code = exit))
  try {
    if (args.length === 0) {
      io.err(program.helpInformation())
      return 2
    }
    const topic = args[0] === 'help' ? topics[args[1] ?? ''] : undefined
    if (topic !== undefined) {
      io.out(readFileSync(join(packageRoot(), topic), 'utf8'))
      return 0
    }
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return failed(error, args, io)
  }
}

/** What `help` explains beside the commands: pages of the package. */
const topics: Readonly<Record<string, string>> = { overrides: 'docs/overrides.md', agent: 'docs/agent.md' }

/** Long options accept `--a_b` for `--a-b`. */
function dashed(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((arg, i) =>
    end >= 0 && i > end ? arg : arg.replace(/^--[a-z][\w-]*/, (name) => name.replaceAll('_', '-')),
  )
}

type Engines = Pick<Call, 'engine' | 'anotherEngine'>

function programOf(io: Io, argv: readonly string[], engines: Engines, done: (exit: number) => void): Command {
  const program = new Command('lm-predictor')
    .description('What a PyTorch or Transformers model costs to run, read from its source.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'help for a command')
    .addHelpText(
      'after',
      `\nTopics: ${Object.keys(topics)
        .map((t) => `lm-predictor help ${t}`)
        .join(', ')}`,
    )
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: () => undefined })
  for (const row of commands) {
    const [name = ''] = row.path.slice(-1)
    const command = (row.path.length === 1 ? program : groupOf(program, row.path[0] ?? '')).command(name)
    describe(command, row).action(async () => done(await execute(row, command, argv, io, engines)))
  }
  return program
}

const groups: Readonly<Record<string, string>> = {
  models: 'checkpoints that are known by name',
  hardware: 'accelerators that are known by name',
  sources: 'sources of transformers and torch in the cache',
}

function groupOf(program: Command, name: string): Command {
  return program.commands.find((c) => c.name() === name) ?? program.command(name).description(groups[name] ?? '')
}

function describe(command: Command, row: CommandRow): Command {
  command.description(row.summary).addHelpText('before', `Example: ${row.example}\n`)
  command.allowUnknownOption().allowExcessArguments()
  for (const arg of row.args ?? []) command.argument(arg)
  for (const option of row.options) {
    if (option.repeated === true)
      command.option(option.flags, option.text, (value: string, all: string[]) => [...all, value], [])
    else command.option(option.flags, option.text)
  }
  return command
}

/** An argument as a shell takes it. */
function quoted(arg: string): string {
  return /^[\w@%+=:,./[\]{}-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`
}

async function execute(
  row: CommandRow,
  command: Command,
  argv: readonly string[],
  io: Io,
  engines: Engines,
): Promise<number> {
  const problems = new Problems()
  const args = knownArguments(row, command, problems)
  const { run: runCommand } = await row.load()
  const line = ['lm-predictor', ...argv.map(quoted)].join(' ')
  const flags = new Flags(command.opts(), problems)
  const called = runCommand({
    io,
    args,
    flags,
    problems,
    ...engines,
    provenance: ({ sources, config_sha256, overrides }) => ({
      ...{ tool: 'lm-predictor', version: packageVersion(), command: line, sources, config_sha256 },
      ...(overrides === undefined ? {} : { overrides }),
    }),
    noted: (result) => {
      for (const use of result.overrides ?? []) io.err(`${overrideText(use)}\n`)
      return result
    },
  })
  try {
    return await called
  } catch (error) {
    noteStop(error, line, flags.text('output'))
    throw error
  }
}

function overrideText({ kind, name, verdict, author, uses }: OverrideUse): string {
  return `note: rests on the ${kind} override ${name}, ${verdict}, by ${author} (used ${uses} ${uses === 1 ? 'time' : 'times'})`
}

/** A stopped analysis leaves a SCRATCHPAD.md that says why; commands that know more have written their own. */
function noteStop(error: unknown, line: string, output: string | undefined): void {
  if (!isAnalysisError(error) || errorCodes[error.code].exit !== 3 || scratchpadOf(error) !== undefined) return
  const text = [
    '# Scratchpad',
    '',
    `Command: \`${line}\``,
    '',
    '## Stopped',
    '',
    '```',
    ...errorLines(errorReport(error), plainStyle),
    '```',
    '',
  ]
  try {
    writeFileWhole(join(output === undefined ? '.' : dirname(output), 'SCRATCHPAD.md'), text.join('\n'))
  } catch {
    // What stopped the analysis is the error to report.
  }
}

/** The arguments that the command takes; everything else is a problem. */
function knownArguments(row: CommandRow, command: Command, problems: Problems): string[] {
  const options = command.args.filter((arg) => arg.startsWith('-') && arg.length > 1)
  for (const option of options) unknownOption(option, row, problems)
  // What follows an unknown option is probably its value, so it is the last to be taken for an argument.
  const values = command.args.filter((arg, i) => !options.includes(arg) && options.includes(command.args[i - 1] ?? ''))
  const others = command.args.filter((arg) => !options.includes(arg) && !values.includes(arg))
  const variadic = row.args?.some((arg) => arg.endsWith('...]')) ?? false
  const limit = variadic ? Infinity : (row.args?.length ?? 0)
  for (const arg of others.slice(limit)) problems.add('bad-option', `${arg}: one argument too many`)
  return [...others, ...values].slice(0, limit)
}

function unknownOption(arg: string, row: CommandRow, problems: Problems): void {
  const [name = arg] = arg.split('=')
  const [near] = nearest(
    name,
    row.options.map((o) => o.flags.split(' ')[0] ?? ''),
  )
  const help = `See lm-predictor ${row.path.join(' ')} --help.`
  problems.add('bad-option', `unknown option ${name}`, near === undefined ? help : `Did you mean ${near}?   ${help}`)
}

function failed(error: unknown, argv: readonly string[], io: Io): number {
  const errors =
    error instanceof CommandFailed
      ? error.errors
      : [error instanceof CommanderError ? fromCommander(error, argv) : error]
  const reports = errors.map(errorReport)
  if (argv.includes('--json')) io.err(`${JSON.stringify({ errors: reports }, undefined, 2)}\n`)
  else for (const report of reports) io.err(`${errorLines(report, io.errorTerminal.style).join('\n')}\n`)
  return exitCodeOf(errors)
}

/** The command that there is none of: called, or asked for help with. */
function unknownCommand({ code }: CommanderError, message: string, argv: readonly string[]): string | undefined {
  if (code === 'commander.unknownCommand') return /'(.*?)'/.exec(message)?.[1]
  return code === 'commander.help' ? argv.slice(argv.indexOf('help') + 1 || argv.length)[0] : undefined
}

function fromCommander(error: CommanderError, argv: readonly string[]): unknown {
  const message = error.message.replace(/^error: /, '')
  try {
    const typed = unknownCommand(error, message, argv)
    if (error.code === 'commander.help' && typed === undefined)
      return raise('bad-option', 'a command is missing', { hint: 'See lm-predictor --help.' })
    const [group = ''] = argv
    const words = typed === undefined || !Object.hasOwn(groups, group) ? typed : `${group} ${typed}`
    const [near] =
      words === undefined
        ? []
        : nearest(
            words,
            commands.map((c) => c.path.join(' ')),
          )
    const what = typed === undefined ? message.replace(/\n\(Did you mean.*\)$/s, '') : `unknown command '${typed}'`
    return raise('bad-option', what, {
      hint: near === undefined ? 'See lm-predictor --help.' : `Did you mean lm-predictor ${near}?`,
    })
  } catch (converted) {
    return isAnalysisError(converted) ? converted : error
  }
}
