// Files as they were parsed and compiled, kept for the next run over the same sources. Code holds no state of a run, so
// several machines can share it.
import type { SourceFile } from '../text/index.ts'
import type { Code } from './code.ts'
import { compileModule } from './compile/index.ts'

interface Entry {
  readonly text: string
  readonly code: Code
}

export class Programs {
  private readonly entries = new Map<string, Entry>()

  /** The code of a file's top level, as the module of the given name. */
  codeOf(file: SourceFile, module: string): Code {
    const key = `${module}\n${file.path}`
    const known = this.entries.get(key)
    if (known?.text === file.text) return known.code
    const code = compileModule(file, module)
    this.entries.set(key, { text: file.text, code })
    return code
  }
}
