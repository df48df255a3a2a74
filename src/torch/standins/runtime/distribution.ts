// Processes that work together, of which there is one.
import { oneProcess, type Runtime } from './overlay.ts'

const distributed = `
def is_available():
    return False


def is_initialized():
    return False


def is_torchelastic_launched():
    return False


def is_nccl_available():
    return False


def is_gloo_available():
    return False
`

/** What says how weights are to be shared out, for processes that are more than one. */
const fsdp = `
from dataclasses import dataclass
from enum import Enum, auto
from typing import Optional

import torch


class ShardingStrategy(Enum):
    FULL_SHARD = auto()
    SHARD_GRAD_OP = auto()
    NO_SHARD = auto()
    HYBRID_SHARD = auto()
    _HYBRID_SHARD_ZERO2 = auto()


class BackwardPrefetch(Enum):
    BACKWARD_PRE = auto()
    BACKWARD_POST = auto()


class StateDictType(Enum):
    FULL_STATE_DICT = auto()
    LOCAL_STATE_DICT = auto()
    SHARDED_STATE_DICT = auto()


@dataclass
class MixedPrecision:
    param_dtype: Optional[torch.dtype] = None
    reduce_dtype: Optional[torch.dtype] = None
    buffer_dtype: Optional[torch.dtype] = None
    keep_low_precision_grads: bool = False
    cast_forward_inputs: bool = False
    cast_root_forward_inputs: bool = True


@dataclass
class CPUOffload:
    offload_params: bool = False
`

export const distributionModules: readonly Runtime[] = [
  {
    module: 'torch.distributed',
    reason: oneProcess,
    source: distributed,
    unsupported:
      'get_rank get_world_size init_process_group destroy_process_group barrier all_reduce all_gather all_gather_object all_gather_into_tensor all_to_all all_to_all_single broadcast broadcast_object_list reduce reduce_scatter reduce_scatter_tensor gather scatter send recv isend irecv new_group get_backend get_process_group_ranks group init_device_mesh get_node_local_rank batch_isend_irecv',
    unsupportedClasses: 'ProcessGroup DeviceMesh ReduceOp Backend P2POp Work',
  },
  {
    module: 'torch.distributed.tensor',
    reason: oneProcess,
    unsupported: 'distribute_tensor distribute_module',
    unsupportedClasses: 'DTensor Replicate Shard Partial Placement',
  },
  {
    module: 'torch.distributed.tensor.placement_types',
    reason: oneProcess,
    unsupportedClasses: 'Replicate Shard Partial Placement _StridedShard',
  },
  {
    module: 'torch.distributed.tensor._utils',
    reason: oneProcess,
    unsupported: 'compute_local_shape_and_global_offset',
  },
  {
    module: 'torch.distributed.tensor.parallel',
    reason: oneProcess,
    unsupported: 'parallelize_module',
    unsupportedClasses:
      'ColwiseParallel RowwiseParallel SequenceParallel ParallelStyle PrepareModuleInput PrepareModuleOutput',
  },
  {
    module: 'torch.distributed.device_mesh',
    reason: oneProcess,
    unsupported: 'init_device_mesh',
    unsupportedClasses: 'DeviceMesh',
  },
  {
    module: 'torch.distributed.fsdp',
    reason: oneProcess,
    source: fsdp,
    unsupported: 'fully_shard',
    unsupportedClasses: 'FullyShardedDataParallel FSDPModule',
  },
  { module: 'torch.distributed.nn', reason: oneProcess },
  {
    module: 'torch.distributed.nn.functional',
    reason: oneProcess,
    unsupported: 'all_gather all_reduce all_to_all broadcast',
  },
  {
    module: 'torch.distributed._functional_collectives',
    reason: oneProcess,
    unsupported: 'all_gather_tensor all_reduce reduce_scatter_tensor all_to_all_single',
    unsupportedClasses: 'AsyncCollectiveTensor',
  },
  { module: 'torch.distributed._composable', reason: oneProcess },
  { module: 'torch.distributed._composable.fsdp', reason: oneProcess, unsupported: 'fully_shard' },
  { module: 'torch.distributed.checkpoint', reason: oneProcess, unsupported: 'load save async_save' },
  {
    module: 'torch.distributed.checkpoint.state_dict',
    reason: oneProcess,
    unsupported: 'get_model_state_dict set_model_state_dict',
    unsupportedClasses: 'StateDictOptions',
  },
]
