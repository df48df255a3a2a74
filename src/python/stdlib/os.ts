// os and os.path over an empty file system: paths are text to be worked on, nothing exists, there is no environment, and
// whatever would reach out ends the analysis.
import { dict, generic, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { callSpecial, className, collect, str } from '../object.ts'
import { types } from '../types.ts'
import { PyBytes, PyClassMethod, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { ABC, declareVirtual } from './abc.ts'
import { stringOf } from './helpers.ts'
import { forbiddenNames } from './sandbox.ts'

/** `os.fspath(path)`. */
function pathText(vm: Vm, path: Value): string {
  const text = stringOf(path)
  if (text !== undefined) return text
  if (path instanceof PyBytes) return path.text
  const made = callSpecial(vm, path, '__fspath__')
  if (made === undefined) {
    return vm.raise(types.TypeError, `expected str, bytes or os.PathLike object, not ${className(path)}`)
  }
  return str(vm, made)
}

function join(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part
    return path.endsWith('/') ? path + part : `${path}/${part}`
  })
}

function split(path: string): readonly [head: string, tail: string] {
  const at = path.lastIndexOf('/') + 1
  const head = path.slice(0, at)
  return [/^\/*$/.test(head) ? head : head.replace(/\/+$/, ''), path.slice(at)]
}

function splitExtension(path: string): readonly [string, string] {
  const found = /^(.*[^/.][^/]*?|[^/.][^/]*?)(\.[^./]*)$/s.exec(path)
  return found === null ? [path, ''] : [found[1] ?? '', found[2] ?? '']
}

function normalize(path: string): string {
  if (path === '') return '.'
  const root = path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : ''
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..' || (root === '' && kept.length === 0) || kept.at(-1) === '..') kept.push(part)
    else kept.pop()
  }
  return root + kept.join('/') || '.'
}

function absolute(path: string): string {
  return normalize(path.startsWith('/') ? path : `/${path}`)
}

function relative(path: string, start: string): string {
  const [to, from] = [absolute(path), absolute(start)].map((p) => p.split('/').filter((s) => s !== '')) as [
    string[],
    string[],
  ]
  let shared = 0
  while (shared < to.length && shared < from.length && to[shared] === from[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/') || '.'
}

function commonPath(vm: Vm, paths: readonly string[]): string {
  const [first = ''] = paths
  if (paths.length === 0) vm.raise(types.ValueError, 'commonpath() arg is an empty sequence')
  if (paths.some((p) => p.startsWith('/') !== first.startsWith('/'))) {
    vm.raise(types.ValueError, "Can't mix absolute and relative paths")
  }
  const split = paths.map((p) => p.split('/').filter((s) => s !== '' && s !== '.'))
  const shared: string[] = []
  for (const [i, part] of (split[0] ?? []).entries()) {
    if (!split.every((s) => s[i] === part)) break
    shared.push(part)
  }
  return (first.startsWith('/') ? '/' : '') + shared.join('/')
}

function commonPrefix(texts: readonly string[]): string {
  const [first = ''] = texts
  let n = 0
  while (n < first.length && texts.every((t) => t[n] === first[n])) n++
  return first.slice(0, n)
}

function missingFile(vm: Vm, path: Value): never {
  return vm.raise(types.FileNotFoundError, `[Errno 2] No such file or directory: '${pathText(vm, path)}'`)
}

const pathFunctions = natives({
  'join(path, /, *paths)': (vm, [path, paths]) => join([path, ...paths].map((p) => pathText(vm, p))),
  'basename(p)': (vm, [p]) => split(pathText(vm, p))[1],
  'dirname(p)': (vm, [p]) => split(pathText(vm, p))[0],
  'split(p)': (vm, [p]) => tuple(split(pathText(vm, p))),
  'splitext(p)': (vm, [p]) => tuple(splitExtension(pathText(vm, p))),
  'splitdrive(p)': (vm, [p]) => tuple(['', pathText(vm, p)]),
  'normpath(path)': (vm, [p]) => normalize(pathText(vm, p)),
  'normcase(s)': (vm, [p]) => pathText(vm, p),
  'abspath(path)': (vm, [p]) => absolute(pathText(vm, p)),
  'realpath(filename, *, strict=False)': (vm, [p]) => absolute(pathText(vm, p)),
  'relpath(path, start=None)': (vm, [p, start]) =>
    relative(pathText(vm, p), start === null ? '/' : pathText(vm, start)),
  'expanduser(path)': (vm, [p]) => pathText(vm, p).replace(/^~(?=\/|$)/, '/home'),
  'expandvars(path)': (vm, [p]) => pathText(vm, p),
  'isabs(s)': (vm, [p]) => pathText(vm, p).startsWith('/'),
  'commonpath(paths)': (vm, [paths]) =>
    commonPath(
      vm,
      collect(vm, paths).map((p) => pathText(vm, p)),
    ),
  'commonprefix(m)': (vm, [paths]) => commonPrefix(collect(vm, paths).map((p) => pathText(vm, p))),
  'exists(path)': () => false,
  'lexists(path)': () => false,
  'isfile(path)': () => false,
  'isdir(s)': () => false,
  'islink(path)': () => false,
  'ismount(path)': () => false,
  'getsize(filename)': (vm, [p]) => missingFile(vm, p),
  'getmtime(filename)': (vm, [p]) => missingFile(vm, p),
  'samefile(f1, f2)': (vm, [p]) => missingFile(vm, p),
})

const separators = { sep: '/', altsep: null, extsep: '.', pathsep: ':', curdir: '.', pardir: '..' }

export const osPath: HostModule = {
  name: 'os.path',
  reason: 'Text operations on paths, over a file system in which nothing exists.',
  make: (vm) => ({ ...pathFunctions, ...separators, os: vm.importer.get('os') }),
}

const PathLike = declareVirtual(
  classOf({
    name: 'PathLike',
    module: 'os',
    bases: [ABC],
    attributes: {
      __class_getitem__: new PyClassMethod(
        types.classmethod,
        native('__class_getitem__(cls, item)', (_vm, [cls, item]) => generic('PathLike', cls, [item])),
      ),
    },
  }),
  { registered: [], needs: ['__fspath__'] },
)

const reachingOut =
  'system popen remove unlink rename renames replace rmdir removedirs mkdir makedirs open read write close listdir scandir walk ' +
  'stat lstat chmod chown link symlink readlink access chdir fork kill execv execve spawnv startfile truncate utime urandom ' +
  'getlogin fdopen pipe dup2 putenv unsetenv'

const functions = natives({
  'getenv(key, default=None)': (_vm, [, otherwise]) => otherwise,
  'fspath(path)': (vm, [path]) => pathText(vm, path),
  'fsdecode(filename)': (vm, [path]) => pathText(vm, path),
  'getcwd()': () => '/',
  'getpid()': () => 1,
  'cpu_count()': () => 1,
  'get_terminal_size(fd=1)': () => tuple([80, 24]),
})

export const os: HostModule = {
  name: 'os',
  reason: 'The operating system, of which analysed source sees nothing.',
  make: (vm) => ({
    ...functions,
    ...forbiddenNames('os', reachingOut),
    ...separators,
    environ: dict(),
    path: vm.importer.get('os.path'),
    PathLike,
    linesep: '\n',
    devnull: '/dev/null',
    name: 'posix',
    error: types.OSError,
  }),
}
