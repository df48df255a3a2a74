// The sources as an agent's tools see them, and what is known of them: the packages, and hashes of what an analysis rests on.
import { createHash } from 'node:crypto'
import {
  engineTools,
  fileTools,
  packageOf,
  readTree,
  type ClassPlace,
  type SourceTree,
  type ToolHandler,
} from '../../agent/index.ts'
import { packageVersion, type Project } from '../../huggingface/index.ts'
import type { ModuleAnalysis, SourcePackage } from '../../trace/formats.ts'
import type { Engine, SourceOptions } from '../engine.ts'
import { openProject } from '../engine/context.ts'
import { readGiven } from '../files.ts'
import { folderSources, realPath } from '../node/provider.ts'
import { breathe } from '../progress.ts'

export class Workspace {
  readonly tree: SourceTree
  readonly project: Project

  constructor(
    readonly sources: SourceOptions,
    private readonly engine: Engine,
  ) {
    this.project = openProject(sources).project
    const { roots } = this.project
    this.tree = { roots, sources: folderSources([...roots.values()]), real: realPath }
  }

  /** The folders that the agent may read. */
  get folders(): readonly string[] {
    const folders = [...this.tree.roots.values()].map((root) =>
      root.endsWith('.py') ? root.slice(0, root.lastIndexOf('/')) : root,
    )
    return [...new Set(folders)].filter((f, _, all) => !all.some((other) => f.startsWith(`${other}/`)))
  }

  tools(): readonly ToolHandler[] {
    return [
      ...fileTools({ tree: this.tree, pause: breathe }),
      ...engineTools({
        listLines: (className) => this.engine.listLines(this.sources, className),
        traceSnippet: (snippet) => this.engine.traceSnippet(this.sources, snippet),
      }),
    ]
  }

  /** Where a class is, as a prompt says it. */
  placeText({ name, file, line, endLine, forward }: ClassPlace): string {
    const own = forward === undefined ? 'no forward() of its own' : `forward() at lines ${forward.join('–')}`
    return `${name}: ${file} lines ${line}–${endLine}, ${own}`
  }

  /** Lines of a file around one of them, numbered. */
  excerpt(file: string, line: number, around = 25): string {
    const source = readTree(this.tree, file)
    const from = Math.max(1, line - around)
    const to = Math.min(source.lineCount, line + around)
    const lines = Array.from({ length: to - from + 1 }, (_, i) => {
      const n = from + i
      return `${n === line ? '>' : ' '}${String(n).padStart(6)}  ${source.line(n)}`
    })
    return [`${file} lines ${from}–${to}`, ...lines].join('\n')
  }

  /** The packages that an analysis quotes, each with a hash of the files it quotes. */
  packagesOf(analysis: Pick<ModuleAnalysis, 'source' | 'kernels'>): readonly SourcePackage[] {
    const places = [analysis.source, ...analysis.kernels.map((k) => k.source)]
    const files = new Set(places.flatMap((p) => (p === 'bundled' ? [] : [p.file])))
    const byPackage = new Map<string, string[]>()
    for (const file of [...files].sort()) {
      const name = packageOf(file)
      byPackage.set(name, [...(byPackage.get(name) ?? []), file])
    }
    return [...byPackage].map(([name, own]) => ({
      package: name,
      version: packageVersion(this.project, name) ?? 'unknown',
      sha256: this.hashOf(own),
    }))
  }

  configHash(): string | null {
    const { config } = this.sources
    return config === undefined ? null : createHash('sha256').update(readGiven(config)).digest('hex')
  }

  private hashOf(files: readonly string[]): string {
    const hash = createHash('sha256')
    for (const file of files) hash.update(`${file}\n${readTree(this.tree, file).text}\n`)
    return hash.digest('hex')
  }
}
