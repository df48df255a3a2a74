// Modules whose work leaves no mark on a cost: warnings, threads, the garbage collector, clocks. Their functions do
// nothing, as far as the analysed source can see: no time passes while it is analysed, and there is one thread.
import { float, list, tuple } from '../make.ts'
import { classOf, native, natives } from '../native.ts'
import { className, makeIterator, str } from '../object.ts'
import { PyInstance, type PyClass, type Value } from '../values.ts'
import type { HostModule, Vm } from '../vm.ts'
import { initialize, instance } from './helpers.ts'
import { forbidden } from './sandbox.ts'

const nothing = (name: string, signature = '(*args, **kwargs)') => native<string>(`${name}${signature}`, () => null)

const doNothing = (...names: string[]): Record<string, Value> => Object.fromEntries(names.map((n) => [n, nothing(n)]))

// --- warnings --------------------------------------------------------------------------------------------------------

const catchWarnings: PyClass = classOf({
  name: 'catch_warnings',
  module: 'warnings',
  methods: natives({
    '__init__(self, *, record=False, module=None, action=None, category=None, lineno=0, append=False)': (
      _vm,
      [self, record],
    ) => initialize(self, { _record: record }),
    '__enter__(self)': (_vm, [self]) =>
      self instanceof PyInstance && self.dict.get('_record') === true ? list() : null,
    '__exit__(self, *exc_info)': () => null,
  }),
})

const warnings: HostModule = {
  name: 'warnings',
  reason: 'Nobody reads the warnings of an analysed model.',
  make: () => ({
    ...doNothing('warn', 'warn_explicit', 'showwarning', 'filterwarnings', 'simplefilter', 'resetwarnings'),
    catch_warnings: catchWarnings,
    filters: list(),
  }),
  absent: ['deprecated'],
}

// --- time ------------------------------------------------------------------------------------------------------------

const clocks = 'time perf_counter monotonic process_time thread_time'.split(' ')

const time: HostModule = {
  name: 'time',
  reason: 'The clock stands still during an analysis, so that every run gives the same result.',
  make: () => ({
    ...Object.fromEntries(clocks.map((n) => [n, native<string>(`${n}()`, () => float(0))])),
    ...Object.fromEntries(clocks.map((n) => [`${n}_ns`, native<string>(`${n}_ns()`, () => 0)])),
    sleep: nothing('sleep', '(seconds, /)'),
  }),
}

// --- threading -------------------------------------------------------------------------------------------------------

const lock = (name: string): PyClass =>
  classOf({
    name,
    module: 'threading',
    methods: natives({
      '__init__(self, *args, **kwargs)': () => null,
      'acquire(self, blocking=True, timeout=-1)': () => true,
      'release(self)': () => null,
      'locked(self)': () => false,
      '__enter__(self)': () => true,
      '__exit__(self, *exc_info)': () => null,
    }),
  })

const thread: PyClass = classOf({
  name: 'Thread',
  module: 'threading',
  methods: {
    __init__: native(
      '__init__(self, group=None, target=None, name=None, args=None, kwargs=None, *, daemon=None)',
      (_vm, [self, , , name]) => initialize(self, { name: name ?? 'MainThread', daemon: false, ident: 1 }),
    ),
    start: forbidden('threading.Thread.start'),
  },
})

const event: PyClass = classOf({
  name: 'Event',
  module: 'threading',
  methods: natives({
    '__init__(self)': (_vm, [self]) => initialize(self, { _flag: false }),
    'set(self)': (_vm, [self]) => initialize(self, { _flag: true }),
    'clear(self)': (_vm, [self]) => initialize(self, { _flag: false }),
    'is_set(self)': (_vm, [self]) => self instanceof PyInstance && self.dict.get('_flag') === true,
  }),
})

const threading: HostModule = {
  name: 'threading',
  reason: 'There is one thread; starting another is forbidden.',
  make: () => ({
    Lock: lock('lock'),
    RLock: lock('RLock'),
    Condition: lock('Condition'),
    Semaphore: lock('Semaphore'),
    Event: event,
    Thread: thread,
    Timer: forbidden('threading.Timer'),
    local: classOf({ name: 'local', module: 'threading' }),
    ...natives({
      'get_ident()': () => 1,
      'current_thread()': () => instance(thread, { name: 'MainThread', daemon: false, ident: 1 }),
      'main_thread()': () => instance(thread, { name: 'MainThread', daemon: false, ident: 1 }),
      'active_count()': () => 1,
    }),
  }),
}

// --- traceback -------------------------------------------------------------------------------------------------------

function formatOnly(vm: Vm, error: Value): string {
  const text = str(vm, error)
  return `${className(error)}${text === '' ? '' : `: ${text}`}\n`
}

const traceback: HostModule = {
  name: 'traceback',
  reason: 'Texts about errors: their last line, since a frame of the analysed program is no Python object.',
  make: () => ({
    ...doNothing('print_exc', 'print_exception', 'print_stack', 'print_tb'),
    ...natives({
      'format_exc(limit=None, chain=True)': (vm) => {
        const error = vm.handling.at(-1)?.value
        return error === undefined ? 'NoneType: None\n' : formatOnly(vm, error)
      },
      'format_exception(exc, value=None, tb=None, limit=None, chain=True)': (vm, [error, value]) =>
        list([formatOnly(vm, value ?? error)]),
      'format_exception_only(exc, value=None)': (vm, [error, value]) => list([formatOnly(vm, value ?? error)]),
    }),
  }),
}

// --- Small ones ------------------------------------------------------------------------------------------------------

const progressBar: PyClass = classOf({
  name: 'tqdm',
  module: 'tqdm',
  methods: natives({
    '__init__(self, iterable=None, *args, **kwargs)': (_vm, [self, items]) =>
      initialize(self, { iterable: items ?? tuple() }),
    '__enter__(self)': (_vm, [self]) => self,
    '__exit__(self, *exc_info)': () => null,
    'update(self, n=1)': () => null,
    'close(self)': () => null,
    'set_description(self, *args, **kwargs)': () => null,
    'set_postfix(self, *args, **kwargs)': () => null,
    '__iter__(self)': (vm, [self]) =>
      makeIterator(vm, self instanceof PyInstance ? (self.dict.get('iterable') ?? null) : null),
  }),
})

const tqdm = (name: string): HostModule => ({
  name,
  reason: 'Progress bars.',
  make: () => ({ tqdm: progressBar }),
})

const python = '3.11.7'

const small: readonly HostModule[] = [
  {
    name: 'atexit',
    reason: 'An analysis has no exit of the program.',
    make: () => natives({ 'register(func, /, *args, **kwargs)': (_vm, [fn]) => fn, 'unregister(func, /)': () => null }),
  },
  {
    name: 'gc',
    reason: 'Memory is the host’s business.',
    make: () => ({
      ...doNothing('enable', 'disable', 'freeze'),
      ...natives({ 'collect(generation=2)': () => 0, 'isenabled()': () => true }),
    }),
  },
  {
    name: 'signal',
    reason: 'Signals are the operating system’s.',
    make: () => ({
      signal: forbidden('signal.signal'),
      alarm: forbidden('signal.alarm'),
      SIGALRM: 14,
      SIGTERM: 15,
      SIGINT: 2,
    }),
  },
  {
    name: 'platform',
    reason: 'The Python that sys describes.',
    make: () =>
      natives({
        'system()': () => 'Linux',
        'machine()': () => 'x86_64',
        'processor()': () => 'x86_64',
        'python_version()': () => python,
        'python_implementation()': () => 'CPython',
        'platform(aliased=0, terse=0)': () => 'Linux',
      }),
  },
  {
    name: 'errno',
    reason: 'Numbers of the operating system.',
    make: () => ({
      EPERM: 1,
      ENOENT: 2,
      EIO: 5,
      EACCES: 13,
      EEXIST: 17,
      ENOTDIR: 20,
      EISDIR: 21,
      EINVAL: 22,
      EROFS: 30,
    }),
  },
]

export const quietModules: readonly HostModule[] = [
  warnings,
  time,
  threading,
  traceback,
  tqdm('tqdm'),
  tqdm('tqdm.auto'),
  ...small,
]
