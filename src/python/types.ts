// The builtin classes, as bare names in the hierarchy that CPython gives them. They are constants of this program:
// `builtins/` fills in their methods while it is loaded, and after that nothing changes them (`builtin`: the interpreted
// program gets a TypeError). Everything that needs to name a class (`types.int`, `types.ValueError`) takes it from here.
import { PyClass, PyDict, PyInstance, PyList, PyProperty, PySet, type PyObject } from './values.ts'

type Allocate = (cls: PyClass) => PyObject

const instance: Allocate = (cls) => new PyInstance(cls)

/** `object` and `type` are instances of `type`, which is made last: the knot is closed here. */
function roots(): { object: PyClass; type: PyClass } {
  const object = new PyClass('object', [], new Map(), 'builtins', { builtin: true, allocate: instance })
  const type = new PyClass('type', [object], new Map(), 'builtins', { builtin: true, hasDict: true })
  object.cls = type
  type.cls = type
  return { object, type }
}

const { object, type } = roots()

interface Options {
  readonly module?: string
  readonly bases?: readonly PyClass[]
  readonly allocate?: Allocate
  readonly hasDict?: boolean
}

function builtin(name: string, options: Options = {}): PyClass {
  return new PyClass(name, options.bases ?? [object], new Map(), options.module ?? 'builtins', {
    metaclass: type,
    builtin: true,
    allocate: options.allocate,
    ...(options.hasDict === undefined ? {} : { hasDict: options.hasDict }),
  })
}

/** An exception class; its instances carry attributes. */
function exception(name: string, ...bases: PyClass[]): PyClass {
  return builtin(name, { bases, allocate: instance, hasDict: true })
}

const int = builtin('int')
const dict = builtin('dict', { allocate: (cls) => new PyDict(cls) })
const property = builtin('property', { allocate: (cls) => new PyProperty(cls, null) })
const inert = { module: 'types' }

const BaseException = exception('BaseException', object)
const Exception = exception('Exception', BaseException)
const ArithmeticError = exception('ArithmeticError', Exception)
const ImportError = exception('ImportError', Exception)
const LookupError = exception('LookupError', Exception)
const NameError = exception('NameError', Exception)
const OSError = exception('OSError', Exception)
const ConnectionError = exception('ConnectionError', OSError)
const RuntimeError = exception('RuntimeError', Exception)
const SyntaxError = exception('SyntaxError', Exception)
const IndentationError = exception('IndentationError', SyntaxError)
const ValueError = exception('ValueError', Exception)
const UnicodeError = exception('UnicodeError', ValueError)
const Warning = exception('Warning', Exception)

/** The exception hierarchy of CPython 3.11, less `ExceptionGroup`. All of them are names in `builtins`. */
export const exceptions = {
  BaseException,
  GeneratorExit: exception('GeneratorExit', BaseException),
  KeyboardInterrupt: exception('KeyboardInterrupt', BaseException),
  SystemExit: exception('SystemExit', BaseException),
  Exception,
  ArithmeticError,
  FloatingPointError: exception('FloatingPointError', ArithmeticError),
  OverflowError: exception('OverflowError', ArithmeticError),
  ZeroDivisionError: exception('ZeroDivisionError', ArithmeticError),
  AssertionError: exception('AssertionError', Exception),
  AttributeError: exception('AttributeError', Exception),
  BufferError: exception('BufferError', Exception),
  EOFError: exception('EOFError', Exception),
  ImportError,
  ModuleNotFoundError: exception('ModuleNotFoundError', ImportError),
  LookupError,
  IndexError: exception('IndexError', LookupError),
  KeyError: exception('KeyError', LookupError),
  MemoryError: exception('MemoryError', Exception),
  NameError,
  UnboundLocalError: exception('UnboundLocalError', NameError),
  OSError,
  BlockingIOError: exception('BlockingIOError', OSError),
  ChildProcessError: exception('ChildProcessError', OSError),
  ConnectionError,
  BrokenPipeError: exception('BrokenPipeError', ConnectionError),
  ConnectionAbortedError: exception('ConnectionAbortedError', ConnectionError),
  ConnectionRefusedError: exception('ConnectionRefusedError', ConnectionError),
  ConnectionResetError: exception('ConnectionResetError', ConnectionError),
  FileExistsError: exception('FileExistsError', OSError),
  FileNotFoundError: exception('FileNotFoundError', OSError),
  InterruptedError: exception('InterruptedError', OSError),
  IsADirectoryError: exception('IsADirectoryError', OSError),
  NotADirectoryError: exception('NotADirectoryError', OSError),
  PermissionError: exception('PermissionError', OSError),
  ProcessLookupError: exception('ProcessLookupError', OSError),
  TimeoutError: exception('TimeoutError', OSError),
  ReferenceError: exception('ReferenceError', Exception),
  RuntimeError,
  NotImplementedError: exception('NotImplementedError', RuntimeError),
  RecursionError: exception('RecursionError', RuntimeError),
  StopAsyncIteration: exception('StopAsyncIteration', Exception),
  StopIteration: exception('StopIteration', Exception),
  SyntaxError,
  IndentationError,
  TabError: exception('TabError', IndentationError),
  SystemError: exception('SystemError', Exception),
  TypeError: exception('TypeError', Exception),
  ValueError,
  UnicodeError,
  UnicodeDecodeError: exception('UnicodeDecodeError', UnicodeError),
  UnicodeEncodeError: exception('UnicodeEncodeError', UnicodeError),
  UnicodeTranslateError: exception('UnicodeTranslateError', UnicodeError),
  Warning,
  BytesWarning: exception('BytesWarning', Warning),
  DeprecationWarning: exception('DeprecationWarning', Warning),
  EncodingWarning: exception('EncodingWarning', Warning),
  FutureWarning: exception('FutureWarning', Warning),
  ImportWarning: exception('ImportWarning', Warning),
  PendingDeprecationWarning: exception('PendingDeprecationWarning', Warning),
  ResourceWarning: exception('ResourceWarning', Warning),
  RuntimeWarning: exception('RuntimeWarning', Warning),
  SyntaxWarning: exception('SyntaxWarning', Warning),
  UnicodeWarning: exception('UnicodeWarning', Warning),
  UserWarning: exception('UserWarning', Warning),
} as const

/** The classes that are names in `builtins`. */
export const named = {
  object,
  type,
  int,
  bool: builtin('bool', { bases: [int] }),
  float: builtin('float'),
  complex: builtin('complex'),
  str: builtin('str'),
  bytes: builtin('bytes'),
  bytearray: builtin('bytearray'),
  memoryview: builtin('memoryview'),
  list: builtin('list', { allocate: (cls) => new PyList(cls, []) }),
  tuple: builtin('tuple'),
  dict,
  set: builtin('set', { allocate: (cls) => new PySet(cls) }),
  frozenset: builtin('frozenset'),
  slice: builtin('slice'),
  range: builtin('range'),
  property,
  staticmethod: builtin('staticmethod', { hasDict: true }),
  classmethod: builtin('classmethod', { hasDict: true }),
  super: builtin('super'),
  enumerate: builtin('enumerate'),
  zip: builtin('zip'),
  map: builtin('map'),
  filter: builtin('filter'),
  reversed: builtin('reversed'),
} as const

/** Classes without a name in `builtins`. `OrderedDict` and `defaultdict` are dicts, so they live with dict, not in the library. */
const unnamed = {
  NoneType: builtin('NoneType'),
  NotImplementedType: builtin('NotImplementedType'),
  ellipsis: builtin('ellipsis'),
  function: builtin('function', { hasDict: true }),
  builtin: builtin('builtin_function_or_method'),
  methodDescriptor: builtin('method_descriptor'),
  getset: builtin('getset_descriptor'),
  method: builtin('method'),
  code: builtin('code'),
  cell: builtin('cell'),
  frame: builtin('frame'),
  traceback: builtin('traceback'),
  module: builtin('module', { hasDict: true }),
  generator: builtin('generator'),
  coroutine: builtin('coroutine'),
  iterator: builtin('iterator'),
  dictKeys: builtin('dict_keys'),
  dictValues: builtin('dict_values'),
  dictItems: builtin('dict_items'),
  mappingproxy: builtin('mappingproxy', { bases: [object] }),
  GenericAlias: builtin('GenericAlias', inert),
  UnionType: builtin('UnionType', inert),
  SimpleNamespace: builtin('SimpleNamespace', { ...inert, allocate: instance, hasDict: true }),
  OrderedDict: builtin('OrderedDict', { module: 'collections', bases: [dict], hasDict: true }),
  defaultdict: builtin('defaultdict', { module: 'collections', bases: [dict] }),
} as const

export const types = { ...named, ...unnamed, ...exceptions } as const
