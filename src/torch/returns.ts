// The named pairs that some functions return: tuples whose items are attributes too (`torch.return_types.max`).
import { classOf } from '../python/native.ts'
import { types } from '../python/types.ts'
import { PyTuple, type PyClass, type Value } from '../python/values.ts'

function fields(name: string, names: readonly string[]): PyClass {
  return classOf({
    name,
    module: 'torch.return_types',
    bases: [types.tuple],
    properties: Object.fromEntries(
      names.map((field, i) => [
        field,
        (_vm: unknown, self: Value) => (self instanceof PyTuple ? (self.items[i] ?? null) : null),
      ]),
    ),
  })
}

const valuesAndIndices = ['values', 'indices']

const returnTypes = {
  max: fields('max', valuesAndIndices),
  min: fields('min', valuesAndIndices),
  median: fields('median', valuesAndIndices),
  nanmedian: fields('nanmedian', valuesAndIndices),
  mode: fields('mode', valuesAndIndices),
  kthvalue: fields('kthvalue', valuesAndIndices),
  topk: fields('topk', valuesAndIndices),
  sort: fields('sort', valuesAndIndices),
  cummax: fields('cummax', valuesAndIndices),
  cummin: fields('cummin', valuesAndIndices),
  aminmax: fields('aminmax', ['min', 'max']),
  linalg_eigh: fields('linalg_eigh', ['eigenvalues', 'eigenvectors']),
  linalg_lu: fields('linalg_lu', ['P', 'L', 'U']),
  linalg_lu_factor: fields('linalg_lu_factor', ['LU', 'pivots']),
  linalg_qr: fields('linalg_qr', ['Q', 'R']),
  linalg_svd: fields('linalg_svd', ['U', 'S', 'Vh']),
  linalg_slogdet: fields('linalg_slogdet', ['sign', 'logabsdet']),
} as const

export function named(type: keyof typeof returnTypes, items: readonly Value[]): PyTuple {
  return new PyTuple(returnTypes[type], items)
}
