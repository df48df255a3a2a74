// All kernels by name. An op that is in none of these tables cannot be launched: its name is a type error.
import { contractionKernels } from './contractions.ts'
import { factoryKernels } from './factories.ts'
import { indexingKernels } from './indexing.ts'
import { layoutKernels } from './layout.ts'
import { nnKernels } from './nn.ts'
import { pointwiseKernels } from './pointwise.ts'
import { reductionKernels } from './reductions.ts'
import { defineKernels } from './table.ts'

export const kernels = defineKernels(
  pointwiseKernels,
  reductionKernels,
  indexingKernels,
  layoutKernels,
  factoryKernels,
  contractionKernels,
  nnKernels,
)

export type KernelName = keyof typeof kernels
