// sys: a Python 3.11 on Linux, with the importer's live table of modules.
import type { Value } from '../values.ts'
import { float, list, namespace, tuple } from '../make.ts'
import { classOf, natives } from '../native.ts'
import { frameAt } from '../builtins/frames.ts'
import { asString, call, str, toNumber } from '../object.ts'
import { types } from '../types.ts'
import type { HostModule, Vm } from '../vm.ts'
import { instance } from './helpers.ts'
import { makeNamedTuple } from './namedtuple.ts'

const version = { major: 3, minor: 11, micro: 7, releaselevel: 'final', serial: 0 }

/** What `python` sets without options. */
const flags = {
  debug: 0,
  inspect: 0,
  interactive: 0,
  optimize: 0,
  dont_write_bytecode: 0,
  no_user_site: 0,
  no_site: 0,
  ignore_environment: 0,
  verbose: 0,
  bytes_warning: 0,
  quiet: 0,
  hash_randomization: 1,
  isolated: 0,
  dev_mode: false,
  utf8_mode: 0,
  warn_default_encoding: 0,
  safe_path: false,
  int_max_str_digits: -1,
}

/** A stream that takes text and shows nothing. */
const stream = classOf({
  name: 'TextIOWrapper',
  module: 'io',
  methods: natives({
    'write(self, s, /)': (vm, [, s]) => [...str(vm, s)].length,
    'flush(self)': () => null,
    'isatty(self)': () => false,
  }),
  attributes: { encoding: 'utf-8' },
})

function structure(vm: Vm, name: string, fields: Readonly<Record<string, Value>>): Value {
  const cls = makeNamedTuple(vm, name, Object.keys(fields).join(' '), { rename: false, defaults: null, module: 'sys' })
  return call(vm, cls, Object.values(fields))
}

const functions = natives({
  'getrecursionlimit()': () => 1000,
  'setrecursionlimit(limit, /)': () => null,
  'getdefaultencoding()': () => 'utf-8',
  'getfilesystemencoding()': () => 'utf-8',
  'intern(string, /)': (_vm, [s]) => s,
  'exc_info()': (vm) => {
    const error = vm.handling.at(-1)?.value
    return error === undefined ? tuple([null, null, null]) : tuple([error.cls, error, null])
  },
  '_getframe(depth=0, /)': (vm, [depth]) =>
    frameAt(vm, toNumber(vm, depth)) ?? vm.raise(types.ValueError, 'call stack is not deep enough'),
  'exit(status=None, /)': (vm, [status]) => vm.raise(types.SystemExit, [status]),
})

const largest = 2n ** 63n - 1n

export const sys: HostModule = {
  name: 'sys',
  reason: 'The interpreter about itself.',
  make: (vm) => ({
    ...functions,
    version: '3.11.7 (main) [lm-predictor]',
    version_info: structure(vm, 'version_info', version),
    hexversion: 0x030b07f0,
    implementation: namespace({ name: 'cpython', version: structure(vm, 'version_info', version) }),
    float_info: structure(vm, 'float_info', {
      max: float(Number.MAX_VALUE),
      min: float(2 ** -1022),
      epsilon: float(Number.EPSILON),
      dig: 15,
      mant_dig: 53,
    }),
    flags: structure(vm, 'flags', flags),
    maxsize: largest,
    maxunicode: 0x10ffff,
    byteorder: 'little',
    platform: 'linux',
    executable: '',
    prefix: '/usr',
    argv: list(['']),
    path: list(),
    meta_path: list(),
    path_hooks: list(),
    warnoptions: list(),
    modules: vm.importer.modules,
    stdin: null,
    stdout: instance(stream),
    stderr: instance(stream),
  }),
  absent: [
    'gettotalrefcount',
    'pyston_version_info',
    'activate_stack_trampoline',
    'monitoring',
    'last_exc',
    '_git',
    'ps1',
  ],
}

/** Settings of that Python's build; what others are is not known here. */
const buildSettings: Readonly<Record<string, Value>> = {
  HOST_GNU_TYPE: 'x86_64-pc-linux-gnu',
  Py_GIL_DISABLED: null,
  EXT_SUFFIX: '.cpython-311-x86_64-linux-gnu.so',
}

export const sysconfig: HostModule = {
  name: 'sysconfig',
  reason: 'The real file runs the Makefile’s settings, which name places on a machine.',
  make: () =>
    natives({
      'get_config_var(name)': (vm, [given]) => {
        const name = asString(vm, given)
        return buildSettings[name] ?? (name in buildSettings ? null : vm.stop('unsupported-op', `sysconfig's ${name}`))
      },
    }),
}
