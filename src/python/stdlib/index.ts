// The standard library and the few installed packages that model code imports, as stand-ins: host modules in TypeScript,
// overlays in short Python. Each row says why the real source does not run instead. There is no row for "anything else":
// a module without a row, or a name that a row's module lacks, ends the analysis as unknown.
import { builtinsModule } from '../builtins/index.ts'
import type { HostModule, Overlay } from '../vm.ts'
import { abc } from './abc.ts'
import { classModules } from './classes.ts'
import { collections } from './collections.ts'
import { collectionsAbc } from './collectionsAbc.ts'
import { copy } from './copy.ts'
import { dataclasses } from './dataclasses.ts'
import { enumModule } from './enum.ts'
import { functools } from './functools.ts'
import { importlibModules } from './importlib.ts'
import { inspect } from './inspect.ts'
import { itertools } from './itertools.ts'
import { json } from './json.ts'
import { math } from './math.ts'
import { numpyModules } from './numpy.ts'
import { operator } from './operator.ts'
import { os, osPath } from './os.ts'
import { collectionsPython } from './overlays/collections.ts'
import { contextlib } from './overlays/contextlib.ts'
import { huggingfaceHub } from './overlays/huggingfacehub.ts'
import { library } from './overlays/library.ts'
import { beartype } from './overlays/beartype.ts'
import { packaging } from './overlays/packaging.ts'
import { pydantic, pydanticHost } from './overlays/pydantic.ts'
import { pathlib } from './overlays/pathlib.ts'
import { pocketfft } from './overlays/scipy.ts'
import { quietModules } from './quiet.ts'
import { re } from './re.ts'
import { sandboxModules } from './sandbox.ts'
import { sys, sysconfig } from './sys.ts'
import { typing, typingExtensions } from './typing.ts'
import { random } from './unknown.ts'

export const hostModules: readonly HostModule[] = [
  builtinsModule,
  abc,
  collections,
  collectionsAbc,
  copy,
  dataclasses,
  enumModule,
  functools,
  inspect,
  itertools,
  json,
  math,
  operator,
  os,
  osPath,
  pydanticHost,
  random,
  re,
  sys,
  sysconfig,
  typing,
  typingExtensions,
  ...classModules,
  ...importlibModules,
  ...numpyModules,
  ...quietModules,
  ...sandboxModules,
]

export const overlays: readonly Overlay[] = [
  collectionsPython,
  contextlib,
  pathlib,
  pocketfft,
  ...huggingfaceHub,
  ...library,
  ...packaging,
  ...beartype,
  ...pydantic,
]
