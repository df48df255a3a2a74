// The machine and its importer, seen from the host.
import { describe, expect, test } from 'vitest'
import {
  call,
  callMethod,
  getAttr,
  native,
  natives,
  Programs,
  PyModule,
  stateKey,
  type HostModule,
  type Overlay,
} from '../../src/python/index.ts'
import { hostModules, overlays } from '../../src/python/stdlib/index.ts'
import { isAnalysisError, type AnalysisError } from '../../src/text/index.ts'
import { pythonVm } from '../support/python.ts'

function errorOf(run: () => unknown): AnalysisError {
  try {
    run()
  } catch (e) {
    if (isAnalysisError(e)) return e
    throw e
  }
  throw new Error('no error')
}

const files = new Map([
  ['pkg/__init__.py', 'from .a import A\n'],
  ['pkg/a.py', 'class A:\n    def f(self):\n        return B().g()\n\nfrom .b import B\n'],
  ['pkg/b.py', 'class B:\n    def g(self):\n        return self.missing\n'],
  ['pkg/bad.py', 'def f():\n    return 1\n\ndef g():\n    x = = 1\n'],
  ['pkg/loose.py', 'def f():\n    break\n'],
])

describe('errors', () => {
  test('an uncaught error says where, why and how it got there', () => {
    const vm = pythonVm(files)
    const e = errorOf(() => vm.runModuleText('__main__', 'import pkg\n\ndef run():\n    pkg.A().f()\n\nrun()\n'))
    expect(e.code).toBe('python-error')
    expect(e.message).toBe("AttributeError: 'B' object has no attribute 'missing'")
    expect(e.span).toEqual({ file: 'pkg/b.py', line: 3, inside: 'B.g' })
    expect(e.notes).toEqual(['called from:', 'pkg/a.py:3 in A.f', '__main__.py:4 in run', '__main__.py:6 in <module>'])
    expect(vm.stack).toEqual([])
  })

  test('the stack is as before when the host catches an error', () => {
    const vm = pythonVm()
    const module = vm.runModuleText('m', 'def f():\n    raise ValueError("x")\n')
    expect(errorOf(() => vm.guard(() => call(vm, getAttr(vm, module, 'f'))))).toMatchObject({ code: 'python-error' })
    expect(vm.stack).toEqual([])
    expect(vm.handling).toEqual([])
  })

  test('an exception whose text cannot be made', () => {
    const text = 'class E(Exception):\n    def __str__(self):\n        return 1 / 0\n\nraise E\n'
    expect(errorOf(() => pythonVm().runModuleText('m', text)).message).toBe('E: <exception str() failed>')
  })
})

describe('an extension', () => {
  const compiled = new Map([
    [
      'ext/__init__.py',
      'from ext import _fast\nfrom ext._fast import run\n\ntry:\n    import ext._fast as again\nexcept ImportError:\n    again = None\n\ndef slow(x):\n    return x + 1\n\ndef fast(x):\n    return run(x)\n',
    ],
    ['ext/_fast.cpython-311-x86_64-linux-gnu.so', ''],
  ])

  test('is there, so that what does without it runs', () => {
    const vm = pythonVm(compiled)
    const m = vm.runModuleText('m', 'import ext\nx = ext.slow(1)\nthere = ext.again is not None\n')
    expect([getAttr(vm, m, 'x'), getAttr(vm, m, 'there')]).toEqual([2, true])
  })

  test('cannot be read, and says so where it is used', () => {
    const e = errorOf(() => pythonVm(compiled).runModuleText('m', 'import ext\next.fast(1)\n'))
    expect(e.code).toBe('source-not-found')
    expect(e.message).toBe('ext._fast.run is needed, and ext._fast is compiled: there is no source to read')
    expect(e.span).toMatchObject({ file: 'ext/__init__.py', line: 13 })
  })
})

describe('budgets', () => {
  const deep = 'def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n'

  test('steps', () => {
    const vm = pythonVm(new Map(), { budget: { steps: 100_000 } })
    expect(errorOf(() => vm.runModuleText('m', 'while True: pass\n'))).toMatchObject({
      code: 'budget-exceeded',
      message: 'more than 100000 steps',
      span: { line: 1 },
    })
  })

  test('depth', () => {
    const vm = pythonVm(new Map(), { budget: { depth: 50 } })
    vm.runModuleText('m', `${deep}f(40)\n`)
    expect(errorOf(() => vm.runModuleText('m', `${deep}f(60)\n`))).toMatchObject({ code: 'budget-exceeded' })
  })

  test('the machine’s own stack', () => {
    const overflow: HostModule = {
      name: 'overflow',
      reason: 'JavaScript’s own error, at a chosen place',
      make: () => ({
        now: native('now()', () => {
          throw new RangeError('Maximum call stack size exceeded')
        }),
      }),
    }
    const vm = pythonVm(new Map(), { hostModules: [...hostModules, overflow] })
    const text = 'import overflow\ntry:\n    overflow.now()\nexcept BaseException:\n    pass\n'
    expect(errorOf(() => vm.runModuleText('m', text)).code).toBe('budget-exceeded')
  })

  test('time', () => {
    const vm = pythonVm(new Map(), { budget: { milliseconds: 30, steps: 1e12 } })
    const e = errorOf(() => vm.runModuleText('m', 'while True: pass\n'))
    expect(e.message).toBe('more than 0.03 seconds')
  })

  test.each([
    'x = "a" * 10**10',
    'x = list(range(10**10))',
    'x = (1,) * 10**10',
    'x = [0]\nwhile True: x += x',
    'x = "a"\nwhile True: x += x',
    'x = b"a" * 10**11',
    'x = "{:>9999999999}".format(1)',
    'x = 10 ** 10 ** 10',
    'x = 1 << 10 ** 11',
    'sum(range(10**12))',
    'x = ",".join("a" for _ in iter(int, 1))',
    'x = {i: i for i in range(10**10)}',
    'def f():\n    yield from f()\nlist(f())',
    'class A:\n    def __getattr__(self, n): return getattr(self, n + "x")\nA().y',
    'class A:\n    def __eq__(self, o): return self == o\nA() == 1',
    'a = []\na.append(a)\nx = a == [a] or str(a)\nb = [b for b in iter(lambda: 1, 2)]',
  ])('%s', (text) => {
    const vm = pythonVm(new Map(), { budget: { steps: 2_000_000, depth: 200, milliseconds: 20_000 } })
    expect(errorOf(() => vm.runModuleText('m', `${text}\n`)).code).toBe('budget-exceeded')
  })
})

describe('modules', () => {
  test('a dotted name is looked up as module, then attributes', () => {
    const vm = pythonVm(files)
    expect(vm.importName('pkg.a')).toBeInstanceOf(PyModule)
    expect(callMethod(vm, vm.importName('pkg.a.A'), 'mro')).toBeDefined()
    expect(vm.importName('pkg.A')).toBe(vm.importName('pkg.a.A'))
    expect(errorOf(() => vm.importName('pkg.nothing')).message).toBe(
      "AttributeError: module 'pkg' has no attribute 'nothing'",
    )
    expect(errorOf(() => vm.importName('nowhere')).message).toBe("ModuleNotFoundError: No module named 'nowhere'")
  })

  test('existence is known without running anything', () => {
    const { importer } = pythonVm(files)
    expect(['pkg', 'pkg.a', 'pkg.c', 'pkg.a.A', 'math', 'os.path', 'nowhere'].map((n) => importer.exists(n))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ])
    expect(importer.loaded('pkg')).toBeUndefined()
  })

  test('a whole file is checked for errors of syntax', () => {
    const { importer } = pythonVm(files)
    importer.checkSyntax('pkg.a')
    expect(errorOf(() => importer.checkSyntax('pkg.bad'))).toMatchObject({
      code: 'syntax-error',
      span: { file: 'pkg/bad.py', line: 5 },
    })
    expect(errorOf(() => importer.checkSyntax('pkg.loose'))).toMatchObject({
      message: "'break' outside loop",
      span: { line: 2 },
    })
    expect(errorOf(() => importer.checkSyntax('nowhere')).code).toBe('source-not-found')
  })

  test('names and sources of a file', () => {
    const { importer } = pythonVm(files)
    expect(importer.topLevelNames('pkg.a')).toEqual(['A', 'B'])
    expect(importer.source('pkg.b')?.line(1)).toBe('class B:')
    expect(importer.sourceFile('pkg/b.py')?.path).toBe('pkg/b.py')
    expect(importer.source('math')).toBeUndefined()
  })

  test('a root may be one file', () => {
    const vm = pythonVm(new Map([['modeling_mine.py', 'x = 5\n']]))
    expect(vm.importName('modeling_mine.x')).toBe(5)
  })

  test('newlines of other systems and a byte-order mark are read', () => {
    const vm = pythonVm(new Map([['m.py', '\uFEFFx = """a\r\nb"""\r\ny = 2\r\n']]))
    expect([vm.importName('m.x'), vm.importName('m.y')]).toEqual(['a\nb', 2])
  })
})

describe('stand-ins', () => {
  const host: HostModule = {
    name: 'machine',
    reason: 'a test',
    make: () => natives({ 'double(x)': (_vm, [x]) => Number(x) * 2 }),
    fallback: (_vm, name) => (name.startsWith('n') ? name : undefined),
    absent: ['gone'],
  }
  const standIns: readonly Overlay[] = [
    { module: 'pkg.b', reason: 'a test', source: 'class B:\n    def g(self):\n        return "overlay"\n' },
    { module: 'pkg.a', reason: 'a test', mode: 'extend', source: 'A.extended = True\nextra = B\n' },
  ]
  const vm = pythonVm(files, { hostModules: [...hostModules, host], overlays: [...overlays, ...standIns] })

  test('a host module: names, names made on demand, names known to be absent, unknown names', () => {
    const module = vm.runModuleText(
      'm',
      'import machine\nx = machine.double(4)\ny = machine.now\nz = hasattr(machine, "gone")\n',
    )
    expect(['x', 'y', 'z'].map((n) => getAttr(vm, module, n))).toEqual([8, 'now', false])
    expect(errorOf(() => vm.runModuleText('m', 'import machine\nhasattr(machine, "other")\n'))).toMatchObject({
      code: 'unknown-name',
      span: { line: 2 },
    })
  })

  test('an overlay that extends a file makes none exist', () => {
    const vm = pythonVm(files, {
      overlays: [...overlays, { module: 'other.a', reason: 'a test', mode: 'extend', source: 'x = 1\n' }],
    })
    const text = 'try:\n    import other.a\nexcept ImportError:\n    found = False\nelse:\n    found = True\n'
    expect(getAttr(vm, vm.runModuleText('m', text), 'found')).toBe(false)
  })

  test('overlays replace a file or extend it', () => {
    const module = vm.runModuleText('m', 'from pkg.a import A, extra\nx = A().f()\ny = A.extended\n')
    expect([getAttr(vm, module, 'x'), getAttr(vm, module, 'y')]).toEqual(['overlay', true])
    expect(errorOf(() => vm.runModuleText('m', 'import pkg.b\nhasattr(pkg.b, "Other")\n')).code).toBe('unknown-name')
  })

  test('a package may find its names lazily', () => {
    const lazy = pythonVm(files, {
      lazyPackage: (machine, module, name) =>
        name === 'B' ? machine.importer.from(`${module.name}.b`, name) : undefined,
    })
    const module = lazy.runModuleText('m', 'from pkg import B\nimport pkg\nx = hasattr(pkg, "C")\n')
    expect(getAttr(lazy, module, 'B')).toBe(lazy.importName('pkg.b.B'))
    expect(getAttr(lazy, module, 'x')).toBe(false)
  })
})

describe('the run', () => {
  test('state is made once for each run', () => {
    let made = 0
    const key = stateKey('test.counter', () => ({ n: ++made }))
    const [a, b] = [pythonVm(), pythonVm()]
    expect([a.state(key).n, a.state(key).n, b.state(key).n, a.state(key).n]).toEqual([1, 1, 2, 1])
  })

  test('code is shared by runs over the same text, and only then', () => {
    const programs = new Programs()
    const results = ['x = 1\n', 'x = 1\n', 'x = 2\n'].map((text) => {
      const vm = pythonVm(new Map([['m.py', text]]), { programs })
      return vm.importName('m.x')
    })
    expect(results).toEqual([1, 1, 2])
  })

  test('coverage: the first lines of the statements that ran', () => {
    const vm = pythonVm()
    vm.coverage = new Map()
    vm.runModuleText(
      'm',
      'def f(x):\n    if x:\n        y = (1,\n             2)\n    else:\n        y = 0\n    return y\n\nf(1)\n',
    )
    expect([...(vm.coverage.get('m.py') ?? [])].sort((a, b) => a - b)).toEqual([1, 2, 3, 7, 9])
  })
})

describe('a package that no root holds, and that is installed', () => {
  const installed = new Map([...files, ['site/extra/__init__.py', 'def f():\n    return 1\n']])
  const run = (text: string): unknown => {
    const findPackage = (name: string): string | undefined => (name === 'extra' ? 'site/extra' : undefined)
    const vm = pythonVm(installed, { roots: new Map(), findPackage })
    return vm.guard(() => vm.runModuleText('__main__', text)).dict.get('value')
  }

  test('is found where it is needed: outside of a `try`, or where every handler raises', () => {
    expect(run('import extra\nvalue = extra.f()\n')).toBe(1)
    expect(
      run('try:\n    from extra import f\nexcept ImportError as e:\n    raise ImportError("no") from e\nvalue = f()\n'),
    ).toBe(1)
    expect(run('try:\n    import extra\nfinally:\n    done = 1\nvalue = extra.f()\n')).toBe(1)
  })

  test('counts as absent where a handler does without it', () => {
    const tried = 'try:\n    import extra\nexcept ImportError:\n    value = 2\n'
    expect(run(tried)).toBe(2)
    expect(
      run(
        `try:\n    import gone\nexcept ImportError:\n    try:\n        import extra\n    except ImportError:\n        value = 2\n`,
      ),
    ).toBe(2)
  })

  test('a package that is nowhere raises what the handler raises', () => {
    const text = 'try:\n    import gone\nexcept ImportError:\n    raise ImportError("install it")\n'
    expect(errorOf(() => run(text)).message).toBe('ImportError: install it')
  })
})
