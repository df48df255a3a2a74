// What analysed source may not do. A name of these tables can be imported and passed around; calling it ends the
// analysis, and nothing is touched. Of modules whose only use is the network or foreign code that holds for every name.
import { list, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { asString } from '../object.ts'
import { types } from '../types.ts'
import type { PyNative, Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { unknownFunction } from './unknown.ts'

/** A function that may not be called. */
export function forbidden(what: string): PyNative {
  return native<string>(`${what.split('.').at(-1) ?? what}(*args, **kwargs)`, (vm) => refuse(vm, what))
}

function refuse(vm: Vm, what: string): never {
  return vm.stop('forbidden', `${what}() was called: analysed source may not reach files, processes or the network`)
}

/** Functions of a module that may not be called, by name. */
export function forbiddenNames(module: string, names: string): Record<string, Value> {
  return Object.fromEntries(names.split(' ').map((name) => [name, forbidden(`${module}.${name}`)]))
}

interface Row {
  readonly name: string
  readonly functions: string
  readonly others?: (vm: Vm) => Record<string, Value>
}

const rows: readonly Row[] = [
  {
    name: 'subprocess',
    functions: 'run call check_call check_output Popen getoutput getstatusoutput',
    others: () => ({
      PIPE: -1,
      STDOUT: -2,
      DEVNULL: -3,
      SubprocessError: types.Exception,
      CalledProcessError: types.Exception,
      TimeoutExpired: types.TimeoutError,
    }),
  },
  {
    name: 'shutil',
    functions:
      'copy copy2 copyfile copyfileobj copymode copystat copytree rmtree move chown make_archive unpack_archive disk_usage',
    others: () => ({
      ...natives({
        'which(cmd, mode=1, path=None)': () => null,
        'get_terminal_size(fallback=None)': () => tuple([80, 24]),
      }),
      Error: types.OSError,
    }),
  },
  {
    name: 'tempfile',
    functions:
      'TemporaryDirectory NamedTemporaryFile TemporaryFile SpooledTemporaryFile mkdtemp mkstemp mktemp gettempdir',
  },
  {
    name: 'glob',
    functions: '',
    others: () => natives({ 'glob(pathname, **kwargs)': () => list(), 'iglob(pathname, **kwargs)': () => list() }),
  },
  { name: 'zipfile', functions: 'ZipFile is_zipfile' },
  {
    name: 'pickle',
    functions: 'load loads dump Pickler Unpickler',
    others: () => ({ dumps: unknownFunction('pickle.dumps') }),
  },
  { name: 'safetensors', functions: 'safe_open serialize deserialize' },
  {
    name: 'safetensors.torch',
    functions: 'load load_file load_model save save_file save_model storage_ptr storage_size',
  },
  {
    name: 'concurrent.futures',
    functions: 'ThreadPoolExecutor ProcessPoolExecutor as_completed wait',
    // Programs ask whether something is one.
    others: () => ({
      Future: classOf({
        name: 'Future',
        module: 'concurrent.futures',
        methods: { __init__: forbidden('concurrent.futures.Future') },
      }),
    }),
  },
  { name: 'filelock', functions: 'FileLock SoftFileLock' },
]

const reachOut: HostModule['reason'] = 'Files, processes, the network: none of it is for analysed source.'

/** Modules that are refused as a whole. */
const refusedModules = (
  'socket ssl http http.client http.server urllib.request urllib3 requests httpx aiohttp ftplib smtplib telnetlib imaplib ' +
  'poplib socketserver ctypes pty webbrowser xmlrpc xmlrpc.client'
).split(' ')

export const sandboxModules: readonly HostModule[] = [
  {
    name: '_sandbox',
    reason: 'How overlays written in Python declare what may not be called.',
    make: () => natives({ 'forbidden(what)': (vm, [what]) => forbidden(asString(vm, what)) }),
  },
  ...rows.map((row): HostModule => ({
    name: row.name,
    reason: reachOut,
    make: (vm) => ({
      ...(row.functions === '' ? {} : forbiddenNames(row.name, row.functions)),
      ...row.others?.(vm),
    }),
  })),
  ...refusedModules.map((name): HostModule => ({
    name,
    reason: reachOut,
    forbidden: true,
    make: () => ({}),
  })),
]
