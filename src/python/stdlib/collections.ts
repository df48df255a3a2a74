// collections: the dict subclasses are builtin classes here, `namedtuple` is native, and the rest is Python (an overlay)
// that is only read when one of its names is asked for.
import { list } from '../make.ts'
import { natives } from '../native.ts'
import { getAttr, truth } from '../object.ts'
import { types } from '../types.ts'
import type { HostModule } from '../vm.ts'
import { makeNamedTuple } from './namedtuple.ts'

const inPython = ['deque', 'Counter', 'ChainMap', 'UserDict', 'UserList']

export const collections: HostModule = {
  name: 'collections',
  reason: 'Ordered and default dicts are layouts of the host’s dict; named tuples are made by exec() in the library.',
  make: () => ({
    __all__: list(['OrderedDict', 'defaultdict', 'namedtuple', ...inPython]),
    OrderedDict: types.OrderedDict,
    defaultdict: types.defaultdict,
    ...natives({
      'namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)': (
        vm,
        [typename, fields, rename, defaults, module],
      ) => makeNamedTuple(vm, typename, fields, { rename: truth(vm, rename), defaults, module }),
    }),
  }),
  fallback: (vm, name) =>
    inPython.includes(name) ? getAttr(vm, vm.importer.get('_collections_python'), name) : undefined,
}
