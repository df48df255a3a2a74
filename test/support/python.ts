// A machine for tests: the standard library and whatever files a test gives.
import { Vm, type VmOptions } from '../../src/python/index.ts'
import { hostModules, overlays } from '../../src/python/stdlib/index.ts'
import { memorySources } from '../../src/text/index.ts'

/** @param files text by path, e.g. `pkg/mod.py`; each top-level name is importable */
export function pythonVm(files: ReadonlyMap<string, string> = new Map(), options: Partial<VmOptions> = {}): Vm {
  const roots = new Map<string, string>()
  for (const path of files.keys()) {
    const [top = path] = path.split('/')
    roots.set(top.replace(/\.py$/, ''), top)
  }
  const rooted = new Map([...files].map(([path, text]) => [path.includes('/') ? path : path, text]))
  return new Vm({ sources: memorySources(rooted), roots, hostModules, overlays, ...options })
}
