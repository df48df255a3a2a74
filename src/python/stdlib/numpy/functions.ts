// Functions of NumPy that make arrays, join them, cut them up and reduce them.
import { abs, floorDiv, gcd, mul } from '../../../sym/index.ts'
import { float, list, tuple } from '../../make.ts'
import { classOf, natives } from '../../native.ts'
import { asString, binaryOp, collect, compare, equals, intOf, toFloat, toIndex, toNumber, truth } from '../../object.ts'
import { types } from '../../types.ts'
import { PyFloat, PySlice, PyTuple, type Value } from '../../values.ts'
import type { Vm } from '../../vm.ts'
import { instance } from '../helpers.ts'
import {
  broadcast,
  fresh,
  gather,
  reshaped,
  sizeOf,
  sizesOf,
  spread,
  transposed,
  valueAt,
  valuesOf,
  wrap,
  type Items,
} from './array.ts'
import { cast, promoted } from './dtype.ts'
import { concatenate, einsum, expanded, meshgrid, stack } from './joining.ts'
import {
  asDtype,
  asValue,
  axesArg,
  copied,
  isArray,
  makeArray,
  map1,
  matrixProduct,
  ndarray,
  operandOf,
  reductions,
  repeatArray,
  reshapeArray,
  rows,
  squeezed,
  swapAxes,
  transposeArray,
  uninitialized,
} from './ndarray.ts'
import { alongAxis, extremum } from './reductions.ts'
import { scalarOf } from './scalars.ts'

// --- Making ---------------------------------------------------------------------------------------------------------

function linspace(vm: Vm, start: Value, stop: Value, count: number): Items {
  const step = count > 1 ? binaryOp(vm, '/', binaryOp(vm, '-', toFloat(vm, stop), toFloat(vm, start)), count - 1) : 0
  const values = Array.from({ length: count }, (_, i): Value =>
    i === count - 1 && count > 1
      ? toFloat(vm, stop)
      : toFloat(vm, binaryOp(vm, '+', start, binaryOp(vm, '*', i, step))),
  )
  return fresh([count], values)
}

/** Each element is the start and so many steps. */
function arange(vm: Vm, start: Value, stop: Value, step: Value): Items {
  const span = toFloat(vm, binaryOp(vm, '/', binaryOp(vm, '-', stop, start), step)).value
  const count = Math.max(0, Math.ceil(span))
  vm.tick(count)
  return fresh(
    [count],
    Array.from({ length: count }, (_, i) => binaryOp(vm, '+', start, binaryOp(vm, '*', i, step))),
  )
}

function filled(vm: Vm, shape: Value, value: Value, dtype: Value): Value {
  return filledArray(vm, sizesOf(vm, shape), value, dtype)
}

function filledArray(vm: Vm, shape: readonly number[], value: Value, dtype: Value): Value {
  const size = sizeOf(shape)
  vm.tick(size)
  return asDtype(
    vm,
    fresh(
      shape,
      Array.from({ length: size }, () => value),
    ),
    dtype,
  )
}

/** An array as large as another, of its dtype unless one is given. */
function alike(vm: Vm, a: Value, dtype: Value, value: Value): Value {
  const items = gather(vm, a)
  return filledArray(vm, items.shape, value, dtype ?? scalarOf(items.dtype))
}

/** A matrix whose elements depend on where they are. */
function matrix(rowCount: number, columns: number, of: (i: number, j: number) => Value): Items {
  return fresh(
    [rowCount, columns],
    Array.from({ length: rowCount * columns }, (_, p) => of(Math.floor(p / columns), p % columns)),
  )
}

function eye(vm: Vm, n: Value, m: Value, k: Value, dtype: Value): Value {
  const offset = toNumber(vm, k)
  const made = matrix(toNumber(vm, n), m === null ? toNumber(vm, n) : toNumber(vm, m), (i, j) =>
    float(j - i === offset ? 1 : 0),
  )
  return asDtype(vm, made, dtype)
}

/** The elements of the last two axes that a rule keeps, zeros in place of the others. */
function triangle(vm: Vm, a: Value, keeps: (i: number, j: number) => boolean): Value {
  const items = gather(vm, a)
  const columns = items.shape.at(-1) ?? 1
  const height = items.shape.at(-2) ?? 1
  const values = valuesOf(items).map((v, p) => (keeps(Math.floor(p / columns) % height, p % columns) ? v : 0))
  return asDtype(vm, fresh(items.shape, values), scalarOf(items.dtype))
}

function diagonal(vm: Vm, a: Value, k: Value): Value {
  const items = gather(vm, a)
  const offset = toNumber(vm, k)
  const [n = 0, m = 0] = items.shape
  if (items.shape.length === 1) {
    const size = n + Math.abs(offset)
    const made = matrix(size, size, (i, j) => (j - i === offset ? valueAt(items, Math.min(i, j)) : 0))
    return asDtype(vm, made, scalarOf(items.dtype))
  }
  const places = Array.from({ length: n }, (_, i) => i).filter((i) => i + offset >= 0 && i + offset < m)
  return makeArray(
    [places.length],
    places.map((i) => valueAt(items, i * m + i + offset)),
    items.dtype,
  )
}

/** `np.mgrid[0:2, 0:3]`. */
function grid(vm: Vm, key: Value): Value {
  const axes = (key instanceof PyTuple ? key.items : [key]).map((k) => {
    if (!(k instanceof PySlice)) return vm.stop('unsupported-op', 'numpy.mgrid of what is no slice')
    return arange(vm, k.start ?? 0, k.stop, k.step ?? 1)
  })
  return stacked(vm, meshgrid(axes, false), 0)
}

const gridMaker = instance(
  classOf({
    name: 'nd_grid',
    module: 'numpy',
    methods: natives({ '__getitem__(self, key, /)': (vm, [, key]) => grid(vm, key) }),
  }),
)

function stacked(vm: Vm, arrays: readonly Items[], axis: number): Value {
  return asValue(stack(vm, arrays, axis))
}

/** The windows of signal processing, of cosines of whole turns. */
const cosineWindow =
  (...weights: readonly number[]) =>
  (vm: Vm, [m]: readonly [Value]): Value => {
    const n = toNumber(vm, m)
    const at = (i: number): number =>
      weights.reduce((total, w, k) => total + w * Math.cos((2 * Math.PI * k * i) / (n - 1)), 0)
    return makeArray(
      [n],
      Array.from({ length: n }, (_, i) => float(n === 1 ? 1 : at(i))),
    )
  }

const creation = natives({
  'array(object, dtype=None, copy=True, ndmin=0)': (vm, [v, dtype, , least]) => {
    const items = copied(vm, v)
    const missing = Math.max(0, toNumber(vm, least) - items.shape.length)
    return asDtype(vm, { ...items, shape: [...Array<number>(missing).fill(1), ...items.shape] }, dtype)
  },
  'asarray(a, dtype=None)': (vm, [v, dtype]) => asDtype(vm, gather(vm, v), dtype),
  'ascontiguousarray(a, dtype=None)': (vm, [v, dtype]) => asDtype(vm, gather(vm, v), dtype),
  'atleast_1d(a)': (vm, [v]) => {
    const items = gather(vm, v)
    return wrap(ndarray, { ...items, shape: items.shape.length === 0 ? [1] : items.shape })
  },
  'linspace(start, stop, num=50, endpoint=True, dtype=None)': (vm, [start, stop, count, endpoint, dtype]) => {
    const n = toNumber(vm, count)
    const made = truth(vm, endpoint) ? linspace(vm, start, stop, n) : linspace(vm, start, stop, n + 1)
    return asDtype(vm, truth(vm, endpoint) ? made : fresh([n], valuesOf(made).slice(0, n), made.dtype), dtype)
  },
  'logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None)': (vm, [start, stop, count, , base, dtype]) => {
    const powers = valuesOf(linspace(vm, start, stop, toNumber(vm, count))).map((v) => binaryOp(vm, '**', base, v))
    return asDtype(vm, fresh([powers.length], powers), dtype)
  },
  'arange(start, stop=None, step=1, dtype=None)': (vm, [start, stop, step, dtype]) => {
    const made = stop === null ? arange(vm, 0, start, step) : arange(vm, start, stop, step)
    return asDtype(vm, made, dtype)
  },
  'zeros(shape, dtype=None)': (vm, [shape, dtype]) => filled(vm, shape, float(0), dtype),
  'ones(shape, dtype=None)': (vm, [shape, dtype]) => filled(vm, shape, float(1), dtype),
  'full(shape, fill_value, dtype=None)': (vm, [shape, value, dtype]) => filled(vm, shape, value, dtype),
  'empty(shape, dtype=None)': (vm, [shape, dtype]) => uninitialized(vm, sizesOf(vm, shape), dtype),
  'zeros_like(a, dtype=None)': (vm, [a, dtype]) => alike(vm, a, dtype, float(0)),
  'ones_like(a, dtype=None)': (vm, [a, dtype]) => alike(vm, a, dtype, float(1)),
  'full_like(a, fill_value, dtype=None)': (vm, [a, value, dtype]) => alike(vm, a, dtype, value),
  'empty_like(a, dtype=None)': (vm, [a, dtype]) =>
    uninitialized(vm, gather(vm, a).shape, dtype ?? scalarOf(gather(vm, a).dtype)),
  'eye(N, M=None, k=0, dtype=None)': (vm, [n, m, k, dtype]) => eye(vm, n, m, k, dtype),
  'identity(n, dtype=None)': (vm, [n, dtype]) => eye(vm, n, null, 0, dtype),
  'tri(N, M=None, k=0, dtype=None)': (vm, [n, m, k, dtype]) => {
    const offset = toNumber(vm, k)
    const size = toNumber(vm, n)
    return asDtype(
      vm,
      matrix(size, m === null ? size : toNumber(vm, m), (i, j) => float(j <= i + offset ? 1 : 0)),
      dtype,
    )
  },
  'tril(m, k=0)': (vm, [a, k]) => triangle(vm, a, (i, j) => j <= i + toNumber(vm, k)),
  'triu(m, k=0)': (vm, [a, k]) => triangle(vm, a, (i, j) => j >= i + toNumber(vm, k)),
  'diag(v, k=0)': (vm, [a, k]) => diagonal(vm, a, k),
  'indices(dimensions)': (vm, [sizes]) => {
    const axes = sizesOf(vm, sizes).map((n) => arange(vm, 0, n, 1))
    return stacked(vm, meshgrid(axes, false), 0)
  },
  'hanning(M)': cosineWindow(0.5, -0.5),
  'hamming(M)': cosineWindow(0.54, -0.46),
  'blackman(M)': cosineWindow(0.42, -0.5, 0.08),
})

// --- Joining and cutting up -----------------------------------------------------------------------------------------

/** The arrays of a sequence, or along the first axis of one. */
function partsOf(vm: Vm, v: Value): Items[] {
  return (isArray(v) ? [...rows(vm, v)] : collect(vm, v)).map((part) => gather(vm, part))
}

/** With as many axes as are asked for, new ones in front. */
function atLeast(items: Items, rank: number): Items {
  return { ...items, shape: [...Array<number>(Math.max(0, rank - items.shape.length)).fill(1), ...items.shape] }
}

/** Bounds of equal parts, the first ones longer where it does not come out even. */
function bounds(vm: Vm, size: number, parts: Value, even: boolean): readonly number[] {
  if (intOf(parts) === undefined) return [0, ...sizesOf(vm, parts), size]
  const count = toNumber(vm, parts)
  if (even && size % count !== 0) vm.raise(types.ValueError, 'array split does not result in an equal division')
  const [least, more] = [Math.floor(size / count), size % count]
  return Array.from({ length: count + 1 }, (_, i) => i * least + Math.min(i, more))
}

function splitArray(vm: Vm, a: Value, parts: Value, axis: Value, even: boolean): Value {
  const items = gather(vm, a)
  const d = toNumber(vm, axis) < 0 ? toNumber(vm, axis) + items.shape.length : toNumber(vm, axis)
  const at = bounds(vm, items.shape[d] ?? 1, parts, even)
  return list(
    at.slice(1).map((to, i) =>
      wrap(
        ndarray,
        alongAxis(vm, items, d, (line) => line.slice(at[i] ?? 0, to)),
      ),
    ),
  )
}

function flipped(vm: Vm, a: Value, axes: readonly number[] | undefined): Value {
  const items = gather(vm, a)
  const all = axes ?? [...items.shape.keys()]
  return wrap(
    ndarray,
    all.reduce((made, d) => alongAxis(vm, made, d, (line) => [...line].reverse()), items),
  )
}

function rolled(vm: Vm, a: Value, shift: Value, axis: Value): Value {
  const items = gather(vm, a)
  const by = toNumber(vm, shift)
  const turn = (line: readonly Value[]): Value[] => {
    const k = ((by % line.length) + line.length) % line.length
    return [...line.slice(line.length - k), ...line.slice(0, line.length - k)]
  }
  if (axis !== null) return wrap(ndarray, alongAxis(vm, items, toNumber(vm, axis), turn))
  return makeArray(items.shape, turn(valuesOf(items)), items.dtype)
}

function tiled(vm: Vm, a: Value, reps: readonly number[]): Value {
  const whole = atLeast(gather(vm, a), reps.length)
  const rank = whole.shape.length
  const times = [...Array<number>(rank - reps.length).fill(1), ...reps]
  return wrap(
    ndarray,
    times.reduce((made, n, d) => alongAxis(vm, made, d, (line) => Array.from({ length: n }, () => line).flat()), whole),
  )
}

/** `pad_width`: one number, a pair, or a pair for each axis. */
function padded(vm: Vm, a: Value, width: Value, value: Value): Value {
  const items = gather(vm, a)
  const widths = spread(gather(vm, width), [items.shape.length, 2]).map((v) => toNumber(vm, v))
  const made = items.shape.reduce(
    (part, _, d) =>
      alongAxis(vm, part, d, (line) => [
        ...Array<Value>(widths[2 * d] ?? 0).fill(value),
        ...line,
        ...Array<Value>(widths[2 * d + 1] ?? 0).fill(value),
      ]),
    items,
  )
  return wrap(ndarray, made)
}

/** End to end along an axis; along none, each laid out flat. */
function joined(vm: Vm, parts: readonly Items[], axis: Value): Value {
  const flat = axis === null ? parts.map((p) => reshaped(vm, p, [-1])) : parts
  return asValue(concatenate(vm, flat, axis === null ? 0 : toNumber(vm, axis)))
}

const joining = natives({
  'meshgrid(*xi, indexing="xy")': (vm, [axes, indexing]) => {
    const given = axes.map((v) => gather(vm, v))
    return list(meshgrid(given, indexing !== 'ij').map(asValue))
  },
  'concatenate(arrays, axis=0)': (vm, [arrays, axis]) => joined(vm, partsOf(vm, arrays), axis),
  'append(arr, values, axis=None)': (vm, [a, b, axis]) => joined(vm, [gather(vm, a), gather(vm, b)], axis),
  'stack(arrays, axis=0)': (vm, [arrays, axis]) => stacked(vm, partsOf(vm, arrays), toNumber(vm, axis)),
  'hstack(tup)': (vm, [arrays]) => {
    const parts = partsOf(vm, arrays).map((p) => atLeast(p, 1))
    return asValue(concatenate(vm, parts, parts[0]?.shape.length === 1 ? 0 : 1))
  },
  'vstack(tup)': (vm, [arrays]) =>
    asValue(
      concatenate(
        vm,
        partsOf(vm, arrays).map((p) => atLeast(p, 2)),
        0,
      ),
    ),
  'column_stack(tup)': (vm, [arrays]) => {
    const columns = partsOf(vm, arrays).map((p) => (p.shape.length < 2 ? expanded(atLeast(p, 1), -1) : p))
    return asValue(concatenate(vm, columns, 1))
  },
  'split(ary, indices_or_sections, axis=0)': (vm, [a, parts, axis]) => splitArray(vm, a, parts, axis, true),
  'array_split(ary, indices_or_sections, axis=0)': (vm, [a, parts, axis]) => splitArray(vm, a, parts, axis, false),
  'expand_dims(a, axis)': (vm, [a, axis]) => asValue(expanded(gather(vm, a), toNumber(vm, axis))),
  'squeeze(a, axis=None)': (vm, [a, axis]) => asValue(squeezed(vm, gather(vm, a), axesArg(vm, axis))),
  'reshape(a, shape)': (vm, [a, shape]) => reshapeArray(vm, a, shape),
  'ravel(a)': (vm, [a]) => reshapeArray(vm, a, -1),
  'transpose(a, axes=None)': (vm, [a, axes]) => transposeArray(vm, a, axes),
  'swapaxes(a, axis1, axis2)': (vm, [a, first, second]) => swapAxes(vm, a, first, second),
  'moveaxis(a, source, destination)': (vm, [a, source, destination]) => {
    const items = gather(vm, a)
    const front = (v: Value): number => (toNumber(vm, v) < 0 ? toNumber(vm, v) + items.shape.length : toNumber(vm, v))
    const rest = [...items.shape.keys()].filter((d) => d !== front(source))
    return wrap(ndarray, transposed(items, rest.toSpliced(front(destination), 0, front(source))))
  },
  'flip(m, axis=None)': (vm, [a, axis]) => flipped(vm, a, axesArg(vm, axis)),
  'fliplr(m)': (vm, [a]) => flipped(vm, a, [1]),
  'flipud(m)': (vm, [a]) => flipped(vm, a, [0]),
  'roll(a, shift, axis=None)': (vm, [a, shift, axis]) => rolled(vm, a, shift, axis),
  'repeat(a, repeats, axis=None)': (vm, [a, count, axis]) => repeatArray(vm, a, count, axis),
  'tile(A, reps)': (vm, [a, reps]) => tiled(vm, a, sizesOf(vm, reps)),
  'broadcast_to(array, shape)': (vm, [a, shape]) => {
    const items = gather(vm, a)
    const wanted = broadcast(vm, items.shape, sizesOf(vm, shape))
    return makeArray(wanted, spread(items, wanted), items.dtype)
  },
  'pad(array, pad_width, mode="constant", constant_values=0)': (vm, [a, width, mode, value]) =>
    mode === 'constant' ? padded(vm, a, width, value) : vm.stop('unsupported-op', 'numpy.pad in another mode'),
})

// --- Products, reductions, searching --------------------------------------------------------------------------------

/** Positions of a vector's elements in rising order; equal ones, whose order NumPy leaves open, end the analysis. */
function order(vm: Vm, a: Value): readonly number[] {
  const { shape, ...items } = gather(vm, a)
  if (shape.length !== 1) return vm.stop('unsupported-op', `sorting a NumPy array of shape (${String(shape)})`)
  const values = valuesOf({ shape, ...items })
  const at = (i: number): Value => values[i] ?? null
  const less = (i: number, j: number): boolean => truth(vm, compare(vm, '<', at(i), at(j)))
  return [...values.keys()].sort((i, j) => {
    if (less(i, j)) return -1
    return less(j, i) ? 1 : vm.stop('unsupported-op', 'sorting a NumPy array with equal elements')
  })
}

/** A line in rising order. */
function sorted(vm: Vm, line: readonly Value[]): Value[] {
  return [...line].sort((a, b) => (truth(vm, compare(vm, '<', a, b)) ? -1 : truth(vm, compare(vm, '<', b, a)) ? 1 : 0))
}

/** `where(condition, x, y)`: of each element one of two; `where(condition)`: the positions where it holds. */
function where(vm: Vm, condition: Value, x: Value | undefined, y: Value | undefined): Value {
  const mask = gather(vm, condition)
  if (x === undefined || y === undefined) return nonzero(vm, mask)
  const [a, b] = [operandOf(vm, x), operandOf(vm, y)]
  const dtype = promoted(a, b)
  const shape = broadcast(vm, mask.shape, broadcast(vm, a.shape, b.shape))
  const [left, right] = [spread(a, shape), spread(b, shape)]
  return makeArray(
    shape,
    spread(mask, shape).map((m, i) => cast(vm, (truth(vm, m) ? left[i] : right[i]) ?? null, dtype)),
    dtype,
  )
}

function nonzero(vm: Vm, items: Items): Value {
  const hits = valuesOf(items).flatMap((v, p) => (truth(vm, v) ? [p] : []))
  return tuple(
    items.shape.map((n, d) => {
      const stride = sizeOf(items.shape.slice(d + 1))
      return makeArray(
        [hits.length],
        hits.map((p) => Math.floor(p / stride) % n),
        'int64',
      )
    }),
  )
}

/** What a running total has come to at each element. */
function running(vm: Vm, a: Value, axis: Value, op: '+' | '*'): Value {
  const items = axis === null ? reshaped(vm, gather(vm, a), [-1]) : gather(vm, a)
  const run = (line: readonly Value[]): Value[] => {
    let total: Value = op === '+' ? 0 : 1
    return line.map((v) => (total = binaryOp(vm, op, total, v)))
  }
  const dtype = items.dtype === 'bool' ? 'int64' : items.dtype
  return wrap(ndarray, alongAxis(vm, items, axis === null ? 0 : toNumber(vm, axis), run, dtype))
}

/** Least absolute and relative distances. */
function close(vm: Vm, a: Value, b: Value, relative: Value, absolute: Value): Value[] {
  const [x, y] = [gather(vm, a), gather(vm, b)]
  const shape = broadcast(vm, x.shape, y.shape)
  const other = spread(y, shape)
  return spread(x, shape).map((v, i) => {
    const [p, q] = [toFloat(vm, v).value, toFloat(vm, other[i] ?? null).value]
    return p === q || Math.abs(p - q) <= toFloat(vm, absolute).value + toFloat(vm, relative).value * Math.abs(q)
  })
}

const searching = natives({
  'argsort(a, axis=-1)': (vm, [a]) => {
    const positions = order(vm, a)
    return makeArray([positions.length], [...positions])
  },
  'sort(a, axis=-1)': (vm, [a, axis]) => {
    const items = gather(vm, a)
    return wrap(
      ndarray,
      alongAxis(vm, items, toNumber(vm, axis), (line) => sorted(vm, line)),
    )
  },
  'unique(ar)': (vm, [a]) => {
    const items = gather(vm, a)
    const values = sorted(vm, valuesOf(items)).filter((v, i, all) => i === 0 || !equals(vm, v, all[i - 1] ?? null))
    return makeArray([values.length], values, items.dtype)
  },
  'where(condition, x=MISSING, y=MISSING)': (vm, [condition, x, y]) => where(vm, condition, x, y),
  'nonzero(a)': (vm, [a]) => nonzero(vm, gather(vm, a)),
  'cumsum(a, axis=None)': (vm, [a, axis]) => running(vm, a, axis, '+'),
  'cumprod(a, axis=None)': (vm, [a, axis]) => running(vm, a, axis, '*'),
  'diff(a, n=1, axis=-1)': (vm, [a, n, axis]) => {
    let items = gather(vm, a)
    for (let i = 0; i < toNumber(vm, n); i++)
      items = alongAxis(vm, items, toNumber(vm, axis), (line) =>
        line.slice(1).map((v, k) => binaryOp(vm, '-', v, line[k] ?? null)),
      )
    return wrap(ndarray, items)
  },
  'clip(a, a_min, a_max)': (vm, [a, low, high]) =>
    map1(vm, a, (v) => {
      const raised = low === null ? v : extremum('>')(vm, [v, low])
      return high === null ? raised : extremum('<')(vm, [raised, high])
    }),
  'lcm(x1, x2, /)': (vm, [a, b]) => {
    const [x, y] = [toIndex(vm, a), toIndex(vm, b)]
    return floorDiv(abs(mul(x, y)), gcd(x, y))
  },
  'gcd(x1, x2, /)': (vm, [a, b]) => gcd(toIndex(vm, a), toIndex(vm, b)),
  'array_equal(a1, a2)': (vm, [a, b]) => {
    const [x, y] = [gather(vm, a), gather(vm, b)]
    return String(x.shape) === String(y.shape) && valuesOf(x).every((v, i) => equals(vm, v, valueAt(y, i)))
  },
  'allclose(a, b, rtol=1e-05, atol=1e-08)': (vm, [a, b, rtol, atol]) =>
    close(vm, a, b, rtol, atol).every((v) => v === true),
  'shape(a)': (vm, [a]) => tuple([...gather(vm, a).shape]),
  'ndim(a)': (vm, [a]) => gather(vm, a).shape.length,
  'size(a)': (vm, [a]) => gather(vm, a).places.length,
  'isscalar(element)': (_vm, [v]) => intOf(v) !== undefined || v instanceof PyFloat || typeof v === 'string',
  'copy(a)': (vm, [a]) => wrap(ndarray, copied(vm, a)),
  'dot(a, b)': (vm, [a, b]) => matrixProduct(vm, a, b),
  'matmul(x1, x2, /)': (vm, [a, b]) => matrixProduct(vm, a, b),
  'outer(a, b)': (vm, [a, b]) => {
    const vectors = [a, b].map((v) => reshaped(vm, gather(vm, v), [-1]))
    return asValue(einsum(vm, 'i,j->ij', vectors))
  },
  'einsum(subscripts, *operands)': (vm, [equation, operands]) => {
    const given = operands.map((v) => gather(vm, v))
    return asValue(einsum(vm, asString(vm, equation, 'subscripts'), given))
  },
})

const reducing = reductions('a')

export const arrayFunctions: Readonly<Record<string, Value>> = {
  ...creation,
  ...joining,
  ...searching,
  ...reducing,
  amax: reducing['max'] ?? null,
  amin: reducing['min'] ?? null,
  concat: joining['concatenate'] ?? null,
  mgrid: gridMaker,
}
