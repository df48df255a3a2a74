"""The snippets that record_nn.py runs in PyTorch and the tests run in the engine: "setup :: expression", or an expression alone."""

PRELUDE = """\
import math
import torch
import torch.nn.functional as F
from torch import nn
f32, bf16, f16, i64, i32, b8, c64 = torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int32, torch.bool, torch.complex64
CL = torch.channels_last
def t(*shape, dtype=torch.bfloat16):
    return torch.empty(shape, dtype=dtype, device='meta')
def p(*shape, dtype=torch.bfloat16):
    return nn.Parameter(t(*shape, dtype=dtype))
class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc = nn.Linear(d, d)
        self.register_buffer('scale', torch.ones(d))
        self.register_buffer('mask', torch.ones(d), persistent=False)
        self.register_parameter('bias', None)
        self.alpha = nn.Parameter(torch.ones(1))
        self.act = nn.ReLU()
    def forward(self, x):
        return self.act(self.fc(x)) * self.scale
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(Block(4) for _ in range(2))
        self.tied = self.blocks[0].fc
        self.head = nn.Linear(4, 2, bias=False)
        self.head.weight = self.head.weight
        self.none = None
    def forward(self, x):
        for b in self.blocks:
            x = b(x)
        return self.head(x)
"""


def setup(prefix, *expressions):
    return [f"{prefix} :: {e}" for e in expressions]


LINEAR = [
    *(f"x = {x}; w = {w} :: F.linear(x, w)" for x in (
        "t(2, 3, 4)", "t(2, 3, 4).transpose(0, 1)", "t(4)", "t(3, 4)", "t(2, 2, 3, 4)", "t(2, 4, 3).transpose(1, 2)",
        "t(1, 4)", "t(1, 1, 4)", "t(2, 5, 3, 4).transpose(1, 2)", "t(4, 3).t()",
    ) for w in ("t(5, 4)", "p(5, 4)")),
    *(f"x = {x}; w = p(5, 4); b = p(5) :: F.linear(x, w, b)" for x in (
        "t(2, 3, 4)", "t(2, 3, 4).transpose(0, 1)", "t(4)", "t(3, 4)", "t(2, 2, 3, 4)", "t(2, 4, 3).transpose(1, 2)",
        "t(1, 1, 4)", "t(2, 6, 4)[:, 2:5]", "t(2, 3, 8)[..., :4]", "t(2, 3, 8)[:, -1]", "t(4, 3).t()", "t(1, 3, 4).transpose(0, 1)",
        "t(2, 0, 4)", "t(0, 4)",
    )),
    "F.linear(t(2, 3, 4), t(4))",
    "F.linear(t(3, 4), t(4), t(1))",
    "F.linear(t(2, 3, 4), t(2, 5, 4))",
    "F.linear(t(2, 3, 5), t(6, 4))",
    "F.linear(t(2, 3, 4, dtype=f32), t(5, 4))",
    "F.linear(t(2, 3, 4), t(4, 5).t())",
    "F.linear(input=t(2, 4), weight=t(5, 4), bias=t(5))",
    "F.linear(t(2, 4), t(5, 4), None)",
    "F.linear(t(2, 4), t(5, 4), t(2, 5))",
]

MATMUL = [
    *(f"{a} @ {b}" for a, b in (
        ("t(4)", "t(4)"), ("t(4)", "t(4, 5)"), ("t(5, 4)", "t(4)"), ("t(3, 4)", "t(4, 5)"),
        ("t(2, 3, 4)", "t(4)"), ("t(2, 4, 3).transpose(1, 2)", "t(4)"), ("t(2, 3, 4)", "t(4, 5)"),
        ("t(2, 4, 3).transpose(1, 2)", "t(4, 5)"), ("t(2, 4, 3).transpose(1, 2)", "p(4, 5)"), ("t(2, 3, 6, 4).transpose(1, 2)", "t(4, 5)"),
        ("t(4)", "t(2, 4, 5)"), ("t(3, 4)", "t(2, 4, 5)"), ("p(3, 4)", "t(2, 4, 5)"), ("p(3, 4)", "t(2, 5, 4).transpose(1, 2)"),
        ("p(4)", "t(2, 4, 5)"), ("p(4)", "t(2, 5, 4).transpose(1, 2)"), ("t(2, 3, 4)", "p(4)"), ("t(2, 4, 3).transpose(1, 2)", "p(4)"),
        ("t(1, 3, 4)", "t(2, 4, 5)"), ("p(1, 3, 4)", "t(2, 4, 5)"), ("t(2, 3, 4)", "t(1, 4, 5)"), ("t(2, 3, 4)", "p(1, 4, 5)"),
        ("t(2, 4, 3).transpose(1, 2)", "t(1, 4, 5)"), ("t(1, 4, 3).transpose(1, 2)", "t(1, 4, 5)"),
        ("t(2, 2, 3, 4)", "t(1, 4, 5)"), ("t(2, 8, 3, 4)", "t(2, 8, 3, 4).transpose(2, 3)"),
        ("t(2, 3, 8, 4).transpose(1, 2)", "t(2, 3, 8, 4).permute(0, 2, 3, 1)"), ("t(2, 1, 8, 4).transpose(1, 2)", "t(2, 3, 8, 4).permute(0, 2, 3, 1)"),
        ("t(2, 8, 3, 4)", "t(8, 4, 5)"), ("t(8, 3, 4)", "t(2, 8, 4, 5)"), ("t(2, 1, 3, 4)", "t(2, 8, 4, 5)"), ("t(1, 8, 3, 4)", "t(2, 8, 4, 5)"),
        ("t(2, 2, 4, 3).transpose(2, 3)", "t(4)"), ("t(2, 2, 3, 4)", "t(4)"), ("t(2, 2, 3, 4)", "t(4, 5)"), ("t(4)", "t(2, 2, 4, 5)"),
        ("t(32, 1)", "t(1, 7)"), ("t(2, 32, 1)", "t(2, 1, 7)"), ("t(1, 32, 1).expand(2, -1, 1)", "t(2, 1, 7)"),
        ("t(2, 0, 4)", "t(4, 5)"), ("t(2, 3, 0)", "t(2, 0, 5)"), ("t(2, 0, 4)", "t(2, 4, 5)"), ("t(2, 3, 4)", "t(3, 4, 5)"), ("t(3, 4)", "t(5, 4)"),
        ("t(3, 4)", "t(4, 5, dtype=f32)"), ("t(3, 4)", "t()"), ("t(4, 2, 2, 3, 4)", "t(2, 4, 5)"), ("t(1, 3, 4).expand(2, 3, 4)", "t(4, 5)"),
        ("t(3, 4, dtype=i64)", "t(4, 5, dtype=i64)"), ("t(2, 3, 4, 5)[:, :, 0]", "t(5, 6)"), ("t(2, 3, 4, 5)[:, 0]", "t(2, 5, 6)"),
    )),
    "torch.matmul(t(2, 3, 4), t(2, 4, 5))", "t(2, 3, 4).matmul(t(4, 5))", "torch.matmul(input=t(3, 4), other=t(4, 5))",
    "torch.mm(t(3, 4), t(4, 5))", "torch.mm(t(3, 4), t(5, 4).t())", "torch.mm(t(2, 3, 4), t(4, 5))", "t(3, 4).mm(t(4, 5))",
    "torch.mm(t(3, 4), t(4, 5), out_dtype=f32)", "torch.bmm(t(2, 3, 4), t(2, 5, 4).transpose(1, 2), out_dtype=f32)",
    "torch.bmm(t(2, 3, 4), t(2, 4, 5))", "torch.bmm(t(3, 2, 4).transpose(0, 1), t(2, 4, 5))", "torch.bmm(t(2, 3, 4), t(1, 4, 5))",
    "t(2, 3, 4).bmm(t(2, 4, 5))", "torch.bmm(t(3, 4), t(4, 5))",
    "torch.dot(t(4), t(4))", "torch.vdot(t(4), t(4))", "torch.mv(t(3, 4), t(4))", "t(3, 4).mv(t(4))", "torch.dot(t(3), t(4))",
    "torch.outer(t(3), t(4))", "torch.ger(t(3), t(4))", "t(3).outer(t(4))", "torch.outer(t(3, dtype=i64), t(4, dtype=f32))",
    "torch.outer(t(6)[::2], t(4))",
    "torch.inner(t(2, 3), t(5, 3))", "torch.inner(t(3), t(3))", "torch.inner(t(2, 3), t())", "torch.kron(t(2, 3), t(2, 2))",
    "torch.tensordot(t(2, 3, 4), t(4, 5), dims=1)", "torch.tensordot(t(2, 3, 4), t(3, 4, 5), dims=2)",
    "torch.tensordot(t(2, 3, 4), t(5, 3), dims=([1], [1]))", "torch.tensordot(t(2, 3, 4), t(4, 3, 5), dims=([2, 1], [0, 1]))",
    "torch.tensordot(t(3, 1), t(1, 5), dims=1)", "torch.tensordot(t(3, 1), t(4, 5), dims=1)", "torch.tensordot(t(3, 4), t(2, 5), dims=0)",
    "torch.addmm(t(2, 5), t(2, 3), t(3, 5))", "torch.addmm(t(5), t(2, 3), t(3, 5), beta=0.5, alpha=2)", "t(5).addmm(t(2, 3), t(3, 5))",
    "torch.addmm(input=t(5), mat1=t(2, 3), mat2=t(3, 5))", "torch.addmm(t(2, 1), t(2, 3), t(3, 5))", "t(2, 5).addmm_(t(2, 3), t(3, 5))",
    "torch.baddbmm(t(2, 3, 5), t(2, 3, 4), t(2, 4, 5))", "torch.baddbmm(t(2, 1, 5), t(2, 3, 4), t(2, 4, 5), beta=1.0, alpha=0.3)",
    "t(2, 3, 5).baddbmm(batch1=t(2, 3, 4), batch2=t(2, 4, 5), beta=1.0, alpha=0.3)", "t(2, 3, 5).baddbmm_(t(2, 3, 4), t(2, 4, 5))",
    "torch.addbmm(t(3, 5), t(2, 3, 4), t(2, 4, 5))", "torch.addmv(t(2), t(2, 3), t(3))", "torch.addr(t(3, 4), t(3), t(4))",
    "torch.chain_matmul(t(2, 3), t(3, 4), t(4, 5))", "torch.linalg.multi_dot([t(2, 3), t(3, 4), t(4, 5)])",
    "F.bilinear(t(2, 3), t(2, 4), t(5, 3, 4), t(5))", "F.bilinear(t(6, 2, 3), t(6, 2, 4), t(5, 3, 4))",
    "torch.cdist(t(2, 3, 4, dtype=f32), t(2, 5, 4, dtype=f32))", "torch.cdist(t(3, 4, dtype=f32), t(5, 4, dtype=f32), p=1)",
    "torch.cdist(t(2, 3, 4), t(2, 5, 4))", "torch.cdist(t(30, 4), t(5, 4))", "torch.cdist(t(7, 1, 4, 3), t(2, 26, 3))",
    "torch.cdist(t(30, 4), t(5, 4), compute_mode='donot_use_mm_for_euclid_dist')", "torch.cdist(t(0, 4), t(30, 4))",
    "torch.cdist(t(3, 4), t(5, 4), compute_mode='use_mm_for_euclid_dist')", "torch.cdist(t(2, 30, 4)[:, ::2], t(1, 30, 4))",
    "torch.linalg.matmul(t(2, 3), t(3, 4))", "torch.linalg.vecdot(t(2, 3), t(2, 3))", "torch.linalg.matrix_power(t(3, 3, dtype=f32), 2)",
    "torch.linalg.matrix_power(t(3, 3, dtype=f32), 5)", "torch.matrix_exp(t(3, 3, dtype=f32))", "torch.trace(t(3, 3))",
    "torch.cross(t(2, 3), t(2, 3), dim=-1)", "torch.linalg.cross(t(2, 3), t(2, 3))",
    "torch.linalg.lu(t(2, 3, 4, dtype=f32)).U", "[x.shape for x in torch.linalg.lu(t(4, 3, dtype=f32))]", "torch.linalg.lu_factor(t(2, 3, 4, dtype=f32)).LU",
    *(f"torch._int_mm({a}, {b})" for a, b in (
        ("t(20, 7, dtype=torch.int8)", "t(7, 8, dtype=torch.int8)"), ("t(20, 7, dtype=torch.int8)", "t(8, 7, dtype=torch.int8).t()"), ("t(7, 8)", "t(8, 8, dtype=torch.int8)"),
        ("t(7, 8, dtype=torch.int8)", "t(8, 8, dtype=i32)"), ("t(7, 8, dtype=torch.int8)", "t(7, 8, dtype=torch.int8)"), ("t(7, dtype=torch.int8)", "t(7, 8, dtype=torch.int8)"),
    )),
    "[x.dtype for x in (torch._int_mm(t(20, 8, dtype=torch.uint8), t(8, 8, dtype=torch.int8)),)]",
]

LOSSES = [
    "F.cross_entropy(t(6, 5), t(6, dtype=i64))",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), ignore_index=-1)",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), reduction='none')",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), weight=t(5))",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), label_smoothing=0.1)",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), weight=t(5), label_smoothing=0.1, reduction='sum')",
    "F.cross_entropy(t(6, 5), t(6, dtype=i64), label_smoothing=0.1, reduction='none')",
    "F.cross_entropy(t(6, 5), t(6, 5))",
    "F.cross_entropy(t(6, 5), t(6, 5), label_smoothing=0.1, weight=t(5))",
    "F.cross_entropy(t(6, 5), t(6, 5), reduction='none')",
    "F.cross_entropy(t(6, 5), t(6, 5), reduction='sum')",
    "F.cross_entropy(t(5), t(dtype=i64))",
    "F.cross_entropy(t(2, 5, 3), t(2, 3, dtype=i64))",
    "F.cross_entropy(t(2, 5, 3), t(2, 3, dtype=i64), reduction='none')",
    "F.cross_entropy(t(2, 5, 3, 4), t(2, 3, 4, dtype=i64))",
    "F.cross_entropy(t(2, 5, 3, 4), t(2, 3, 4, dtype=i64), label_smoothing=.1)",
    "F.cross_entropy(t(2, 5, 3, 4, 2), t(2, 3, 4, 2, dtype=i64))",
    "F.cross_entropy(t(2, 5, 3, 4, 2), t(2, 3, 4, 2, dtype=i64), reduction='none')",
    "F.cross_entropy(t(2, 5, 3), t(2, 5, 3))",
    "F.cross_entropy(t(6, 5, dtype=f32), t(6, dtype=i64))",
    "F.nll_loss(t(6, 5), t(6, dtype=i64))",
    "F.nll_loss(t(6, 5), t(6, dtype=i64), reduction='none')",
    "F.nll_loss(t(2, 5, 3), t(2, 3, dtype=i64))",
    "F.mse_loss(t(6, 5), t(6, 5))",
    "F.mse_loss(t(6, 5), t(6, 5), reduction='none')",
    "F.mse_loss(t(6, 5), t(6, 5), reduction='sum')",
    "F.mse_loss(t(6, 5), t(5))",
    "F.mse_loss(t(6, 5), t(6, 5), weight=t(6, 5))",
    "F.mse_loss(t(6, 5), t(6, 5, dtype=f32))",
    "F.l1_loss(t(6, 5), t(6, 5))",
    "F.l1_loss(t(6, 5), t(6, 5), reduction='none')",
    "F.l1_loss(t(6, 5), t(6, 5), reduction='sum')",
    "F.smooth_l1_loss(t(6, 5), t(6, 5))",
    "F.smooth_l1_loss(t(6, 5), t(6, 5), beta=0.5, reduction='sum')",
    "F.smooth_l1_loss(t(6, 5), t(6, 5), beta=0.0)",
    "F.huber_loss(t(6, 5), t(6, 5))",
    "F.huber_loss(t(6, 5), t(6, 5), delta=.5, reduction='none')",
    "F.kl_div(t(6, 5), t(6, 5))",
    "F.kl_div(t(6, 5), t(6, 5), reduction='batchmean')",
    "F.kl_div(t(6, 5), t(6, 5), reduction='sum', log_target=True)",
    "F.kl_div(t(6, 5), t(6, 5), reduction='none')",
    "F.binary_cross_entropy(t(6, 5), t(6, 5))",
    "F.binary_cross_entropy(t(6, 5), t(6, 5), weight=t(5), reduction='sum')",
    "F.binary_cross_entropy_with_logits(t(6, 5), t(6, 5))",
    "F.binary_cross_entropy_with_logits(t(6, 5), t(6, 5), pos_weight=t(5))",
    "F.binary_cross_entropy_with_logits(t(6, 5), t(6, 5), weight=t(5), reduction='none')",
    "F.binary_cross_entropy_with_logits(t(6, 5), t(6, 5), weight=t(5), pos_weight=t(5), reduction='sum')",
    "F.cosine_embedding_loss(t(6, 5), t(6, 5), t(6))",
    "F.cosine_embedding_loss(t(6, 5), t(6, 5), t(6), margin=.5, reduction='sum')",
    "F.hinge_embedding_loss(t(6, 5), t(6, 5))",
    "F.hinge_embedding_loss(t(6, 5), t(6, 5), reduction='none')",
    "F.margin_ranking_loss(t(6), t(6), t(6))",
    "F.margin_ranking_loss(t(6), t(6), t(6), margin=.5, reduction='none')",
    "F.triplet_margin_loss(t(6, 5), t(6, 5), t(6, 5))",
    "F.triplet_margin_loss(t(6, 5), t(6, 5), t(6, 5), swap=True, reduction='none')",
    "F.soft_margin_loss(t(6, 5), t(6, 5))",
    "F.soft_margin_loss(t(6, 5), t(6, 5), reduction='none')",
    "F.multilabel_soft_margin_loss(t(6, 5), t(6, 5))",
    "F.multilabel_soft_margin_loss(t(6, 5), t(6, 5), weight=t(5), reduction='none')",
    "F.poisson_nll_loss(t(6, 5), t(6, 5))",
    "F.poisson_nll_loss(t(6, 5), t(6, 5), log_input=False, full=True, reduction='sum')",
    "F.triplet_margin_with_distance_loss(t(6, 5), t(6, 5), t(6, 5))",
    "nn.CrossEntropyLoss()(t(6, 5), t(6, dtype=i64))",
    "nn.CrossEntropyLoss(weight=t(5), label_smoothing=0.1, reduction='sum')(t(6, 5), t(6, dtype=i64))",
    "nn.MSELoss(reduction='sum')(t(6), t(6))",
    "nn.BCEWithLogitsLoss(pos_weight=t(5))(t(6, 5), t(6, 5))",
    "nn.TripletMarginLoss(swap=True)(t(6, 5), t(6, 5), t(6, 5))",
    "nn.KLDivLoss(reduction='batchmean', log_target=True)(t(6, 5), t(6, 5))",
    "nn.NLLLoss(ignore_index=-1, size_average=False)(t(6, 5), t(6, dtype=i64))",
    "nn.L1Loss(reduce=False)(t(6), t(6))",
    "nn.TripletMarginWithDistanceLoss(margin=0.5)(t(6, 5), t(6, 5), t(6, 5))",
    "nn.PoissonNLLLoss(full=True)(t(6), t(6))",
    "F.cross_entropy(t(2, 3, 5).transpose(1, 2), t(2, 3, dtype=i64))",
    "F.mse_loss(t(6, 5), t(5), reduction='none')",
    "F.mse_loss(t(6, 5), t(6, 5), reduction='other')",
    "F.cross_entropy(t(6, 5), t(4, dtype=i64))",
    "F.binary_cross_entropy(t(6, 5), t(6, 4))",
    "F.huber_loss(t(6), t(6), weight=t(6))",
    "F.l1_loss(t(6), t(6), weight=t(6), reduction='sum')",
]

EINSUM_PAIRS = [
    ("ibh,hnd->ibnd", (2, 3, 4), (4, 5, 6)), ("bhwc,wkc->bhwk", (2, 3, 4, 5), (4, 6, 5)), ("bhwc,hkc->bhwk", (2, 3, 4, 5), (3, 6, 5)),
    ("bnqd,bnkd->bnqk", (2, 3, 4, 5), (2, 3, 6, 5)), ("bclhn,bcshn->bclsh", (2, 3, 4, 5, 6), (2, 3, 7, 5, 6)),
    ("bclsh,bcshp->bclhp", (2, 3, 4, 5, 6), (2, 3, 5, 6, 7)), ("bclhn,bclhp->bchpn", (2, 3, 4, 5, 6), (2, 3, 4, 5, 7)),
    ("bclhn,bchpn->bclhp", (2, 3, 4, 5, 6), (2, 3, 5, 7, 6)), ("bzch,bzhpn->bchpn", (2, 3, 4, 5), (2, 3, 5, 6, 7)),
    ("bqc, bchw -> bqhw", (2, 3, 4), (2, 4, 5, 6)), ("btp,pd->btd", (2, 3, 4), (4, 5)), ("bd,dn->bn", (2, 3), (3, 4)),
    ("blhs,bshd->blhd", (2, 3, 4, 5), (2, 5, 4, 6)), ("ibnd,jbnd->bnij", (2, 3, 4, 5), (6, 3, 4, 5)), ("bsj,j->bs", (2, 3, 4), (4,)),
    ("bsij,bsjk->bsik", (2, 3, 4, 5), (2, 3, 5, 6)), ("blq,blk->blqk", (2, 3, 4), (2, 3, 5)), ("blq,bhlk->bhlqk", (2, 3, 4), (2, 5, 3, 6)),
    ("blhd,bshd->blhs", (2, 3, 4, 5), (2, 6, 4, 5)), ("blh,bl->bh", (2, 3, 4), (2, 3)), ("bhld,lrd->bhlr", (2, 3, 4, 5), (4, 6, 5)),
    ("bcxd,bcyd->bcxy", (2, 3, 4, 5), (2, 3, 6, 5)), ("bcwd,bcdh->bcwh", (2, 3, 4, 5), (2, 3, 5, 6)), ("balh,ahr->balr", (2, 3, 4, 5), (3, 5, 6)),
    ("b h c d, c r d -> b h c r", (2, 3, 4, 5), (4, 6, 5)), ("...pd,...qd->...pq", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("...hqk,...khd->...qhd", (2, 3, 4, 5), (2, 5, 3, 6)), ("...c,...cb->...b", (2, 3, 4), (2, 3, 4, 5)), ("buwnh,fnh->bnuwf", (2, 3, 4, 5, 6), (7, 5, 6)),
    ("td,dnh->tnh", (2, 3), (3, 4, 5)), ("mbnd,mlb->lbnd", (2, 3, 4, 5), (2, 6, 3)), ("lbqc, bchw -> lbqhw", (2, 3, 4, 5), (3, 5, 6, 7)),
    ("lbnd,mlb->mbnd", (2, 3, 4, 5), (6, 2, 3)), ("ikmn,k->imn", (2, 3, 4, 5), (3,)), ("ijbs,ibns->bnij", (2, 3, 4, 5), (2, 4, 6, 5)),
    ("ibnd,snd->ibns", (2, 3, 4, 5), (6, 4, 5)), ("ibnd,jbnd->nbij", (2, 3, 4, 5), (6, 3, 4, 5)), ("ibnd,hnd->ibh", (2, 3, 4, 5), (6, 4, 5)),
    ("d,id->i", (4,), (3, 4)), ("btd,dp->btp", (2, 3, 4), (4, 5)), ("bqnc,bnchw->bqnhw", (2, 3, 4, 5), (2, 4, 5, 6, 7)),
    ("bnkc,bmkc->bknm", (2, 3, 4, 5), (2, 6, 4, 5)), ("bnij,jbnd->ibnd", (2, 3, 4, 5), (5, 2, 3, 6)), ("bnij,bjnd->bind", (2, 3, 4, 5), (2, 5, 3, 6)),
    ("bnid,bijd->bnij", (2, 3, 4, 5), (2, 4, 6, 5)), ("bmtd,mdhr->bmhtr", (2, 3, 4, 5), (3, 5, 6, 7)), ("bknm,bmkc->bnkc", (2, 3, 4, 5), (2, 5, 3, 6)),
    ("binh,tnh->bnit", (2, 3, 4, 5), (6, 4, 5)), ("binh,dnh->bind", (2, 3, 4, 5), (6, 4, 5)), ("bind,snd->bnis", (2, 3, 4, 5), (6, 4, 5)),
    ("bind,jd->bnij", (2, 3, 4, 5), (6, 5)), ("bildsk,biokl->bolsd", (2, 3, 4, 5, 6, 7), (2, 3, 8, 7, 4)), ("bikd,bjkd->bijd", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("bijh,bjmhd->bimhd", (2, 3, 4, 5), (2, 4, 6, 5, 7)), ("bhlt,bhtv->bhlv", (2, 3, 4, 5), (2, 3, 5, 6)), ("bd,bkd->bk", (2, 3), (2, 4, 3)),
    ("BNuwc,BucNH->BuwNH", (2, 3, 4, 5, 6), (2, 4, 6, 3, 7)), ("BHNKG,BHGF->BHNKF", (2, 3, 4, 5, 6), (2, 3, 6, 7)),
    ("BHNKF,BHNXF->BHNKX", (2, 3, 4, 5, 6), (2, 3, 4, 7, 6)), ("BHGX,BHXF->BHGF", (2, 3, 4, 5), (2, 3, 5, 6)), ("...si,...id->...sd", (2, 3, 4), (2, 4, 5)),
    ("...qhd,...khd->...hqk", (2, 3, 4, 5), (2, 6, 4, 5)), ("...p,pi->...i", (2, 3, 4), (4, 5)), ("...nd,...ng->...gd", (2, 3, 4), (2, 3, 5)),
    ("...a,abcd->...bcd", (2, 3, 4), (4, 5, 6, 7)), ("bhlqk,bhkd->bhlqd", (2, 3, 4, 5, 6), (2, 3, 6, 7)), ("i,j->ij", (3,), (4,)),
    ("i,i->i", (3,), (3,)), ("i,i->", (3,), (3,)), ("ij,jk", (2, 3), (3, 4)), ("ij,ji", (2, 3), (3, 2)), ("ba,ca", (2, 3), (4, 3)),
    ("bij,bjk->bik", (1, 3, 4), (2, 4, 5)), ("bij,bjk->bik", (2, 3, 1), (2, 1, 5)), ("bij,bjk->bik", (2, 1, 4), (2, 4, 1)), ("bnd,bmd->bnm", (2, 1, 4), (2, 6, 4)),
    ("...ij,jk->...ik", (3, 4), (4, 5)), ("...ij,...jk->...ik", (2, 1, 3, 4), (6, 4, 5)), ("ab,cd->abcd", (2, 3), (4, 5)), ("ab,cd->", (2, 3), (4, 5)),
    ("abc,c->ba", (2, 3, 4), (4,)), ("ij,j->", (2, 3), (3,)), ("bhi,bhj->bhij", (2, 3, 4), (2, 3, 5)),
]

EINSUM = [
    *(f"torch.einsum({eq!r}, t{a if len(a) > 1 else f'({a[0]})'}, t{b if len(b) > 1 else f'({b[0]})'})" for eq, a, b in EINSUM_PAIRS),
    "torch.einsum('ijbn->bnij', t(2, 3, 4, 5))", "torch.einsum('bnij->ijbn', t(2, 3, 4, 5))", "torch.einsum('ij->', t(2, 3))",
    "torch.einsum('ij->j', t(2, 3))", "torch.einsum('ii->i', t(3, 3))", "torch.einsum('ii', t(3, 3))", "torch.einsum('...ii->...i', t(2, 3, 3))",
    "torch.einsum('ij->ji', t(2, 3))", "torch.einsum('ba', t(2, 3))", "torch.einsum('...->...', t(2, 3))", "torch.einsum('b...->...b', t(2, 3, 4))",
    "torch.einsum('bij,jk,ni->bnk', t(2, 3, 4), t(4, 5), t(6, 3))", "torch.einsum('a,b,c->abc', t(2), t(3), t(4))",
    "torch.einsum('bn,anm,bm->ba', t(2, 5), t(3, 5, 4), t(2, 4))", "torch.einsum('ij,jk,kl->il', [t(2, 3), t(3, 4), t(4, 5)])",
    "torch.einsum('abcd,cd,d->ab', t(2, 3, 4, 5), t(4, 5), t(5))",
    "torch.einsum(t(2, 3), [0, 1], t(3, 4), [1, 2], [0, 2])", "torch.einsum(t(2, 3, 4), [..., 1], t(4, 5), [1, 2], [..., 2])",
    "torch.einsum(t(2, 3), [0, 1], t(3, 4), [1, 2])",
    "x = t(2, 5, 3, 4).transpose(1, 2); y = t(2, 6, 3, 4).transpose(1, 2) :: torch.einsum('bhqd,bhkd->bhqk', x, y)",
    "x = t(2, 3, 4, dtype=f32); y = t(4, 5, dtype=f32) :: torch.einsum('bsd,de->bse', x, y)",
    "x = t(2, 3, 4).transpose(1, 2); w = p(3, 5) :: torch.einsum('bds,se->bde', x, w)",
    "torch.einsum('bsd,de->bse', t(2, 3, 4), t(5, 4).t())", "torch.einsum('ij,jk->ik', t(2, 3), t(4, 5))", "torch.einsum('ijk,jk->ik', t(2, 3), t(4, 5))",
    "torch.einsum('ij,jk->iz', t(2, 3), t(3, 5))", "torch.einsum('iij,jk->ik', t(3, 3, 4), t(4, 5))", "torch.einsum('bhwc,hkc->bhwk', t(2, 1, 4, 5), t(1, 6, 5))",
    "torch.einsum('bhwc,wkc->bhwk', t(2, 3, 1, 5), t(1, 6, 5))", "torch.einsum('bclhn,bclhp->bchpn', t(2, 1, 4, 5, 6), t(2, 1, 4, 5, 7))",
    "torch.einsum('bclhn,bcshn->bclsh', t(2, 3, 4, 5, 1), t(2, 3, 7, 5, 1))", "torch.einsum('bnqd,bnkd->bnqk', t(1, 3, 1, 5), t(1, 3, 6, 5))",
    "torch.einsum('bsd,d->bs', t(2, 1, 4), t(4))", "torch.einsum('bthd,bshd->bhts', t(2, 3, 1, 5), t(2, 4, 1, 5))",
]

ATTENTION = [
    *(f"q, k, v = {q} :: F.scaled_dot_product_attention(q, k, v{kw})" for q in (
        "t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 6)", "t(2, 3, 8, 4).transpose(1, 2), t(2, 5, 8, 4).transpose(1, 2), t(2, 5, 8, 4).transpose(1, 2)",
        "t(8, 3, 4), t(8, 5, 4), t(8, 5, 4)",
    ) for kw in ("", ", scale=0.1", ", is_causal=True")),
    "F.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 4), attn_mask=t(2, 1, 3, 5))",
    "F.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 4), attn_mask=t(2, 1, 3, 5, dtype=b8), dropout_p=0.0)",
    "F.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 4), t(1, 1, 3, 5).expand(2, 8, 3, 5))",
    "F.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 2, 5, 4), t(2, 2, 5, 4), enable_gqa=True)",
    "F.scaled_dot_product_attention(t(2, 8, 1, 4), t(2, 2, 5, 4), t(2, 2, 5, 4), enable_gqa=True, attn_mask=t(2, 1, 1, 5, dtype=b8))",
    "F.scaled_dot_product_attention(t(2, 8, 3, 4, dtype=f32), t(2, 8, 5, 4, dtype=f32), t(2, 8, 5, 4, dtype=f32))",
    "F.scaled_dot_product_attention(t(3, 4), t(5, 4), t(5, 4))",
    "F.scaled_dot_product_attention(t(1, 2, 8, 3, 4), t(1, 2, 8, 5, 4), t(1, 2, 8, 5, 4))",
    "torch._C._nn.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 4))",
]

CONVOLUTION = [
    *(f"F.conv1d({a})" for a in (
        "t(2, 3, 10), t(6, 3, 3), t(6)", "t(2, 3, 10), p(6, 3, 3)", "t(2, 3, 10), t(6, 3, 3), t(6), padding=1, stride=2",
        "t(2, 3, 10), t(6, 3, 3), padding='same'", "t(2, 3, 10), t(6, 3, 4), padding='same'", "t(2, 3, 10), t(6, 3, 3), padding='valid'",
        "t(2, 10, 3).transpose(1, 2), t(6, 3, 3), t(6)", "t(3, 10), t(6, 3, 3), t(6)", "t(2, 6, 10), t(6, 1, 3), t(6), groups=6",
        "t(2, 3, 10), t(6, 3, 3), None, (2,), (1,), (2,), 1", "t(2, 4, 10), t(6, 2, 3), groups=2", "t(2, 3, 10), t(6, 4, 3)", "t(2, 3, 2), t(6, 3, 3)",
        "t(2, 3, 10, dtype=f32), t(6, 3, 3)", "input=t(2, 3, 10), weight=t(6, 3, 3), bias=t(6), padding=2",
    )),
    *(f"F.conv2d({a})" for a in (
        "t(2, 3, 10, 12), t(6, 3, 3, 3), t(6)", "t(2, 3, 10, 12), t(6, 3, 3, 3), t(6), stride=(2, 1), padding=(1, 0), dilation=2",
        "t(2, 3, 10, 12).to(memory_format=CL), t(6, 3, 3, 3), t(6)", "t(2, 3, 10, 12), t(6, 3, 3, 3).to(memory_format=CL), t(6)",
        "t(2, 3, 10, 12), t(6, 3, 1, 1), t(6)", "t(2, 10, 12, 3).permute(0, 3, 1, 2), t(6, 3, 3, 3), t(6)", "t(2, 1, 10, 12), t(6, 1, 1, 1), t(6)",
        "t(3, 10, 12), t(6, 3, 3, 3), t(6)", "t(2, 3, 10, 12), t(6, 3, 3, 3), padding='same'", "t(2, 3, 14, 14), t(6, 3, 14, 14), stride=14",
        "t(2, 6, 10, 12), t(6, 1, 3, 3), groups=6", "t(2, 3, 10, 12), t(6, 3, 2, 3), padding='same', dilation=(1, 2)",
    )),
    "F.conv3d(t(2, 3, 4, 6, 6), t(6, 3, 2, 3, 3), t(6))", "F.conv3d(t(2, 3, 4, 6, 6), t(6, 3, 2, 3, 3), stride=(2, 3, 3))",
    "F.conv_transpose1d(t(2, 3, 10), t(3, 6, 4), t(6), stride=2, padding=1)",
    "F.conv_transpose1d(t(2, 3, 10), t(3, 2, 4), t(6), stride=2, padding=1, output_padding=1, groups=3)",
    "F.conv_transpose1d(t(3, 10), t(3, 6, 4))", "F.conv_transpose2d(t(2, 3, 10, 10), t(3, 6, 2, 2), t(6), stride=2)",
    "F.conv_transpose2d(t(2, 3, 10, 10).to(memory_format=CL), t(3, 6, 3, 3), t(6), stride=2, padding=1, output_padding=1, dilation=1)",
    "F.conv_transpose3d(t(2, 3, 4, 4, 4), t(3, 6, 2, 2, 2), t(6), stride=2)",
    "torch.conv1d(t(2, 3, 10), t(6, 3, 3))", "torch.conv2d(t(2, 3, 10, 12), t(6, 3, 3, 3))", "torch.conv_tbc(t(10, 2, 3), t(3, 3, 6), t(6))",
    "torch.convolution(t(2, 3, 10), t(6, 3, 3), None, [1], [0], [1], False, [0], 1)",
    "F.unfold(t(2, 3, 10, 12), 3)", "F.unfold(t(2, 3, 10, 12), (3, 2), dilation=1, padding=1, stride=2)", "F.unfold(t(3, 10, 12), 3)",
    "F.unfold(t(2, 3, 10, 12).to(memory_format=CL), kernel_size=(3, 3), stride=(1, 1))", "F.fold(t(2, 27, 80), (10, 12), 3)", "F.fold(t(27, 80), (10, 12), 3)",
    "F.fold(t(2, 12, 30), output_size=(10, 12), kernel_size=(2, 2), stride=(2, 2))",
]

POOLING = [
    *(f"F.max_pool1d({a})" for a in ("t(2, 3, 10), 2", "t(2, 3, 10), 3, stride=2, padding=1", "t(3, 10), 2", "t(2, 3, 10), 2, return_indices=True", "t(2, 3, 11), 2, ceil_mode=True")),
    *(f"F.max_pool2d({a})" for a in (
        "t(2, 3, 10, 12), 2", "t(2, 3, 10, 12), 3, stride=2, padding=1, ceil_mode=True", "t(2, 3, 10, 12).to(memory_format=CL), 2", "t(3, 10, 12), 2",
        "t(2, 3, 10, 12), 2, return_indices=True", "t(2, 3, 10, 12), kernel_size=(3, 2), stride=(2, 1), dilation=2", "t(2, 3, 1, 1).to(memory_format=CL), 1",
    )),
    "F.max_pool3d(t(2, 3, 4, 6, 6), 2)", "F.max_pool3d(t(2, 3, 4, 6, 6), (1, 2, 2), stride=(1, 2, 2))",
    "F.avg_pool1d(t(2, 3, 10), 2)", "F.avg_pool1d(t(2, 10, 3).transpose(1, 2), 2)", "F.avg_pool1d(t(3, 10), 2)", "F.avg_pool1d(t(2, 3, 11), 3, 2, 1, True)",
    "F.avg_pool2d(t(2, 3, 10, 12), 2)", "F.avg_pool2d(t(2, 3, 10, 12), 3, 2, 1, ceil_mode=True, count_include_pad=False)",
    "F.avg_pool2d(t(2, 3, 10, 12).to(memory_format=CL), 2)", "F.avg_pool2d(t(3, 10, 12), (2, 3), stride=(2, 3))", "F.avg_pool3d(t(2, 3, 4, 6, 6), 2)",
    "F.adaptive_avg_pool1d(t(2, 3, 10), 4)", "F.adaptive_avg_pool1d(t(2, 3, 10), 1)", "F.adaptive_avg_pool1d(t(2, 10, 3).transpose(1, 2), 1)", "F.adaptive_avg_pool1d(t(3, 10), 2)",
    "F.adaptive_avg_pool2d(t(2, 3, 10, 12), 4)", "F.adaptive_avg_pool2d(t(2, 3, 10, 12), (1, 1))", "F.adaptive_avg_pool2d(t(2, 3, 10, 12).to(memory_format=CL), 1)",
    "F.adaptive_avg_pool2d(t(2, 3, 10, 12).to(memory_format=CL), 4)", "F.adaptive_avg_pool2d(t(2, 3, 10, 12), (None, 4))", "F.adaptive_avg_pool2d(t(3, 10, 12), 4)",
    "F.adaptive_avg_pool2d(t(3, 10, 12), 1)", "F.adaptive_avg_pool3d(t(2, 3, 4, 6, 6), 2)", "F.adaptive_avg_pool3d(t(2, 3, 4, 6, 6), 1)",
    "F.adaptive_max_pool1d(t(2, 3, 10), 4)", "F.adaptive_max_pool2d(t(2, 3, 10, 12), 4)", "F.adaptive_max_pool2d(t(2, 3, 10, 12), 1, return_indices=True)",
    "F.adaptive_max_pool3d(t(2, 3, 4, 6, 6), 2)", "F.lp_pool1d(t(2, 3, 10), 2, 2)", "F.lp_pool2d(t(2, 3, 10, 12), 2, 2)",
    "F.max_unpool2d(t(2, 3, 5, 6), t(2, 3, 5, 6, dtype=i64), 2)",
]

RESAMPLING = [
    *(f"F.interpolate({a})" for a in (
        "t(2, 3, 10), scale_factor=2", "t(2, 3, 10), size=7", "t(2, 3, 10), size=7, mode='linear'", "t(2, 3, 10), size=7, mode='linear', align_corners=True",
        "t(2, 3, 10, 12), scale_factor=2.0", "t(2, 3, 10, 12), scale_factor=2.0, mode='bilinear'", "t(2, 3, 10, 12), size=(7, 8), mode='bilinear', align_corners=False",
        "t(2, 3, 10, 12).to(memory_format=CL), size=(7, 8), mode='bilinear', align_corners=False", "t(2, 3, 10, 12), size=(7, 8), mode='bicubic', align_corners=False",
        "t(2, 3, 10, 12), size=(7, 8), mode='bicubic', antialias=True", "t(2, 3, 10, 12), size=(7, 8), mode='bilinear', antialias=True",
        "t(2, 3, 10, 12), size=(7, 8), mode='area'", "t(2, 3, 10), size=(7,), mode='area'", "t(2, 3, 10, 12), size=(7, 8), mode='nearest-exact'", "t(2, 3, 10, 12), size=7",
        "t(2, 3, 10, 12).to(memory_format=CL), size=7", "t(2, 3, 10, 12), scale_factor=(1.5, 0.5), recompute_scale_factor=True", "t(2, 3, 10, 12), scale_factor=(1.26, 0.55)",
        "t(2, 3, 4, 6, 6), scale_factor=2", "t(2, 3, 4, 6, 6), size=(2, 3, 3), mode='trilinear'", "t(2, 3, 10), size=7, mode='nearest-exact'",
        "t(2, 3, 10, 12), size=torch.Size([4, 5]), mode='bicubic', align_corners=True", "t(2, 3, 10, 12), scale_factor=0.5, mode='area'", "t(2, 3, 10, 12)", "t(2, 3, 10), size=(7, 8)",
        "t(2, 10, 12, 3).permute(0, 3, 1, 2), size=(7, 8), mode='bicubic'", "t(2, 3, 10, 12, dtype=f32), size=(7, 8), mode='bicubic', align_corners=False, antialias=False",
        "t(2, 4, 6, 6, 3).permute(0, 4, 1, 2, 3), scale_factor=2",
    )),
    "F.upsample(t(2, 3, 10, 12), scale_factor=2)", "F.upsample_nearest(t(2, 3, 10, 12), scale_factor=2)", "F.upsample_bilinear(t(2, 3, 10, 12), scale_factor=2)",
    "F.grid_sample(t(2, 3, 10, 12), t(2, 4, 5, 2), align_corners=False)", "F.grid_sample(t(2, 3, 10, 12), t(2, 4, 5, 2), mode='nearest', padding_mode='border', align_corners=True)",
    "F.grid_sample(t(2, 3, 10, 12).to(memory_format=CL), t(2, 4, 5, 2), align_corners=False)", "F.grid_sample(t(2, 3, 4, 10, 12), t(2, 4, 5, 6, 3), align_corners=False)",
    "F.affine_grid(t(2, 2, 3), (2, 3, 4, 5))", "F.affine_grid(t(2, 2, 3, dtype=f32), (2, 3, 4, 5), align_corners=False)",
    "F.pixel_shuffle(t(2, 8, 3, 3), 2)", "F.pixel_unshuffle(t(2, 2, 4, 4), 2)", "torch.pixel_shuffle(t(2, 8, 3, 3).to(memory_format=CL), 2)", "F.channel_shuffle(t(2, 4, 3, 3), 2)",
    "F.pad(t(2, 3, 4, 5).to(memory_format=CL), (1, 1, 1, 1), mode='circular')", "F.pixel_unshuffle(t(2, 2, 4, 4).to(memory_format=CL), 2)", "F.channel_shuffle(t(2, 4, 3, 3).to(memory_format=CL), 2)", "F.adaptive_max_pool2d(t(2, 3, 10, 12).to(memory_format=CL), 4)",
    *(f"F.interpolate(t(2, 3, 10, 12).to(memory_format=CL), size=(7, 8), {how})" for how in ("mode='bicubic', antialias=True", "mode='nearest-exact'", "mode='area'")),
    *(f"x = t(2, 3, 4, 6, 6).to(memory_format=torch.channels_last_3d) :: F.{f}" for f in ("interpolate(x, size=(2, 3, 3), mode='trilinear')", "interpolate(x, size=(2, 3, 3))", "avg_pool3d(x, 2)", "max_pool3d(x, 2)", "adaptive_avg_pool3d(x, 2)", "adaptive_avg_pool3d(x, 1)", "pad(x, (1, 1))", "group_norm(x, 3)", "batch_norm(x, t(3), t(3))", "conv3d(x, t(6, 3, 2, 2, 2))")),
    "F.rms_norm(t(2, 3, 4, 5).to(memory_format=CL), (5,))", "F.max_pool2d(t(2, 3, 10, 12)[:, :, ::2], 2)", "F.prelu(t(2, 3, 4, 5).to(memory_format=CL), t(3))", "F.group_norm(t(2, 3, 4, 5).to(memory_format=CL), 3)",
]

ACTIVATION = [
    *(f"F.{f}({x})" for f in (
        "relu", "gelu", "silu", "mish", "elu", "selu", "celu", "leaky_relu", "relu6", "hardtanh", "hardswish", "hardsigmoid", "sigmoid", "tanh", "softplus", "softsign",
        "tanhshrink", "softshrink", "hardshrink", "logsigmoid",
    ) for x in ("t(2, 3)", "t(2, 4, 3).transpose(1, 2)")),
    *(f"F.{f}(t(2, 3), inplace=True)" for f in ("relu", "silu", "mish", "elu", "selu", "celu", "leaky_relu", "relu6", "hardtanh", "hardswish", "hardsigmoid")),
    *(f"F.{f}(t(2, 3))" for f in ("relu_", "elu_", "selu_", "celu_", "leaky_relu_", "hardtanh_")),
    "F.gelu(t(2, 3), approximate='tanh')", "F.gelu(t(2, 3, dtype=f32), 'none')", "F.softplus(t(2, 3), 1, 20)", "F.leaky_relu(t(2, 3), negative_slope=0.1)", "F.leaky_relu(t(2, 3), 0.1)",
    "F.threshold(t(2, 3), 0.1, 20)", "F.threshold(t(2, 3), 0.1, 20, inplace=True)", "F.rrelu(t(2, 3))", "F.prelu(t(2, 3, 4), t(3))", "F.prelu(t(2, 3, 4), p(1))", "torch.prelu(t(2, 3), t(3))",
    "F.glu(t(2, 4))", "F.glu(t(2, 4, 6), dim=1)", "F.glu(t(2, 3))", "torch.celu(t(2, 3))", "torch.selu(t(2, 3))", "torch.relu(t(2, 3))", "torch.relu_(t(2, 3))", "t(2, 3).relu_()",
    "torch.hardshrink(t(2, 3))", "torch.threshold(t(2, 3), 0.5, 0.1)", "torch.rrelu(t(2, 3))", "F.silu(t(0, 3))", "torch.nn.functional.silu(input=t(2, 3))", "F.hardtanh(t(2, 3), -2.0, 2.0)",
    "F.softmax(t(2, 3), dim=-1)", "F.softmax(t(2, 3, 4).transpose(1, 2), dim=-1)", "F.softmax(t(2, 3), dim=-1, dtype=f32)", "F.softmax(t(2, 3), dim=-1, dtype=bf16)",
    "F.softmax(t(2, 3, dtype=f32), dim=-1, dtype=bf16)", "F.softmax(t(2, 3), 1, _stacklevel=5)", "F.softmax(t(2, 3, dtype=i64), dim=-1, dtype=f32)", "F.softmax(t(2, 3, 4))", "F.softmin(t(2, 3), dim=-1)",
    "F.log_softmax(t(2, 3), dim=-1)", "F.log_softmax(t(3, 2).t(), dim=-1, dtype=f32)", "torch.softmax(t(2, 3), -1)", "torch.softmax(t(2, 3), dim=0, dtype=f32)", "t(2, 3).softmax(-1, dtype=f32)",
    "t(2, 3).log_softmax(dim=-1)", "torch.log_softmax(t(2, 3), 1)", "F.gumbel_softmax(t(2, 3))", "F.gumbel_softmax(t(2, 3), tau=0.5, hard=True)",
    "F.dropout(t(2, 3), 0.1, training=False)", "F.dropout(t(2, 3), p=0.1)", "F.dropout(t(2, 3), 0.0)", "F.dropout(t(2, 3), 0.1, True, True)", "F.dropout(t(2, 3), p=1.5)", "F.dropout1d(t(2, 3, 4), 0.1)",
    "F.dropout2d(t(2, 3, 4, 5), 0.1)", "F.dropout2d(t(2, 3, 4, 5), 0.1, training=False)", "F.dropout3d(t(2, 3, 4, 5, 6), 0.1)", "F.alpha_dropout(t(2, 3), 0.1, True)",
    "F.feature_alpha_dropout(t(2, 3, 4), 0.1, True)", "torch.dropout(t(2, 3), 0.1, False)", "torch.native_dropout(t(2, 3), 0.1, True)", "F.dropout(t(2, 3), 1.0)",
]

NORMALIZATION = [
    *(f"F.layer_norm({a})" for a in (
        "t(2, 3, 4), (4,), t(4), t(4)", "t(2, 3, 4), (4,), t(4)", "t(2, 3, 4), (4,)", "t(2, 3, 4), [4], None, None, 1e-6", "t(2, 3, 4), (3, 4), t(3, 4), t(3, 4)",
        "t(2, 3, 4, dtype=f32), (4,), t(4, dtype=f32), t(4, dtype=f32)", "t(2, 3, 4, dtype=f32), (4,), t(4), t(4)", "t(2, 4, 3).transpose(1, 2), (4,), t(4), t(4)", "t(4), (4,), t(4), t(4)",
        "t(2, 4, 3, 5).to(memory_format=CL), (5,), t(5), t(5)", "t(2, 3, 5), (4,), t(4), t(4)", "t(2, 3, 4), torch.Size([4]), weight=t(4), bias=t(4), eps=1e-5", "t(2, 0, 4), (4,)",
        "t(2, 3, 4), (4,), bias=t(4)", "t(2, 3, 4, dtype=f16), (4,), t(4, dtype=f16)",
    )),
    "torch.layer_norm(t(2, 3, 4), (4,))", "torch.native_layer_norm(t(2, 3, 4), (4,), None, None, 1e-5)",
    *(f"F.rms_norm({a})" for a in (
        "t(2, 3, 4), (4,), t(4)", "t(2, 3, 4), (4,), t(4), 1e-5", "t(2, 3, 4), (4,)", "t(2, 3, 4, dtype=f32), (4,), t(4, dtype=f32)", "t(2, 3, 4, dtype=f32), (4,), t(4)",
        "t(2, 3, 4), (4,), t(4, dtype=f32)", "t(2, 3, 4), (3, 4), t(3, 4)", "t(2, 4, 3).transpose(1, 2), (4,), t(4)", "t(2, 4, 3, dtype=f32).transpose(1, 2), (4,)", "t(2, 3, 4), normalized_shape=(4,), weight=t(4), eps=1e-6",
        "t(2, 3, 5), (4,)", "t(2, 5, 3, 4).transpose(1, 2), (4,), t(4)",
    )),
    "torch.rms_norm(t(2, 3, 4), (4,), t(4))",
    *(f"F.group_norm({a})" for a in (
        "t(2, 6, 4), 3, t(6), t(6)", "t(2, 6, 4), 3", "t(2, 6, 4, 5), 2, t(6), t(6), 1e-6", "t(2, 6, 4, 5).to(memory_format=CL), 2, t(6), t(6)", "t(2, 4, 6).transpose(1, 2), 2, t(6), t(6)", "t(2, 6), 2, t(6), t(6)",
        "t(2, 6, 4, dtype=f32), 3, t(6, dtype=f32), t(6, dtype=f32)", "t(2, 6, 4), 4",
    )),
    "torch.group_norm(t(2, 6, 4), 3)", "torch.native_group_norm(t(2, 6, 4), None, None, 2, 6, 4, 3, 1e-5)",
    *(f"F.batch_norm({a})" for a in (
        "t(2, 3, 4), t(3), t(3), t(3), t(3)", "t(2, 3, 4, 5), t(3), t(3), t(3), t(3)", "t(2, 3, 4, 5), t(3), t(3)", "t(2, 3), t(3), t(3), t(3), t(3)", "t(2, 3, 4, 5), t(3, dtype=f32), t(3, dtype=f32), t(3), t(3)",
        "t(2, 3, 4, 5).to(memory_format=CL), t(3), t(3), t(3), t(3)", "t(2, 3, 4, 5), t(3), t(3), t(3), t(3), True", "t(2, 3, 4, 5, dtype=f32), t(3, dtype=f32), t(3, dtype=f32), t(3, dtype=f32), t(3, dtype=f32)",
        "t(2, 4, 3).transpose(1, 2), t(3), t(3), t(3), t(3), eps=1e-3", "t(1, 3), None, None, None, None, True", "t(2, 3, 4, 5), None, None, training=True",
    )),
    "torch.batch_norm(t(2, 3, 4), t(3), t(3), t(3), t(3), False, 0.1, 1e-5, True)",
    "F.instance_norm(t(2, 3, 4))", "F.instance_norm(t(2, 3, 4, 5))", "F.instance_norm(t(2, 3, 4, 5), weight=t(3), bias=t(3))", "F.instance_norm(t(2, 3, 4, 5), t(3), t(3), t(3), t(3), use_input_stats=False)",
    "F.instance_norm(t(2, 4, 3).transpose(1, 2))", "F.local_response_norm(t(2, 3, 4, 5), 2)", "F.local_response_norm(t(2, 3, 4), 3)",
    "F.normalize(t(2, 3, 4))", "F.normalize(t(2, 3, 4), dim=-1)", "F.normalize(t(2, 3, 4), p=1, dim=-1)", "F.normalize(t(2, 3, 4), p=2.0, dim=[1, 2])", "F.normalize(t(2, 3, 4, dtype=f32), p=2, dim=2, eps=1e-6)", "F.normalize(p(3, 4))",
    "F.normalize(t(2, 4, 3).transpose(1, 2), dim=-1)",
    "F.cosine_similarity(t(2, 3), t(2, 3))", "F.cosine_similarity(t(2, 1, 3), t(1, 4, 3), dim=-1)", "torch.cosine_similarity(t(2, 3, dtype=f32), t(2, 3), dim=1, eps=1e-6)", "F.pairwise_distance(t(2, 3), t(2, 3))", "F.pdist(t(4, 3, dtype=f32))",
    "torch._weight_norm(p(5, 3, 4), p(1, 1, 4), 2)", "torch._weight_norm(p(5, 3, 4), p(5, 1, 1), 0)", "torch._weight_norm(p(5, 3, 4), p(1, 3, 1), 1)",
    "torch.norm_except_dim(p(5, 3, 4), 2, 2)", "torch.norm_except_dim(p(5, 3, 4), 2, 0)", "torch.norm_except_dim(p(5, 3, 4), 2, -1)",
]

INDEXING = [
    "F.embedding(t(2, 3, dtype=i64), t(10, 4))", "F.embedding(t(2, 3, dtype=i64), p(10, 4), padding_idx=0)", "F.embedding(t(3, 2, dtype=i64).t(), t(10, 4))", "F.embedding(t(2, 3, dtype=i32), t(10, 4))", "F.embedding(t(dtype=i64), t(10, 4))",
    "F.embedding(t(2, 3, dtype=i64), t(20, 4)[::2])", "F.embedding(t(2, 3), t(10, 4))", "torch.embedding(t(10, 4), t(2, 3, dtype=i64))", "F.embedding(t(2, 3, dtype=i64), t(10, 4), padding_idx=12)",
    "F.embedding_bag(t(2, 3, dtype=i64), t(10, 4))", "F.embedding_bag(t(6, dtype=i64), t(10, 4), t(2, dtype=i64))", "F.embedding_bag(t(2, 3, dtype=i64), t(10, 4), mode='sum')", "F.embedding_bag(t(2, 3, dtype=i64), t(10, 4), mode='max')",
    "F.one_hot(t(2, 3, dtype=i64), 5)", "F.one_hot(t(2, 3, dtype=i64), num_classes=5)", "F.one_hot(torch.arange(3), 5)", "F.one_hot(torch.arange(3))", "F.one_hot(t(dtype=i64), 5)", "F.one_hot(t(2, 3, dtype=i64))", "F.one_hot(t(2, 3, dtype=i32), 5)",
    *(f"F.pad({a})" for a in (
        "t(2, 3, 4), (1, 2)", "t(2, 3, 4), (1, 2), value=1.0", "t(2, 3, 4), [1, 2, 0, 1]", "t(2, 3, 4), (0, 0, 1, -1)", "t(2, 3, 4), (0, 0)", "t(2, 3, 4), (-1, 0)", "t(2, 3, 4, 5).to(memory_format=CL), (1, 1, 1, 1)", "t(2, 3, 4, 5).permute(0, 2, 3, 1), (1, 1, 1, 1)",
        "t(2, 4, 3).transpose(1, 2), (1, 1)", "t(2, 4, 5, 3).permute(0, 3, 1, 2), (0, 0, 0, 0, 1, 0)", "t(2, 3, 4), (1, 2), mode='reflect'", "t(2, 3, 4, 5), (1, 2, 1, 1), mode='reflect'", "t(2, 3, 4, 5), (1, 2, 1, 1), mode='replicate'",
        "t(2, 3, 4, 5), (1, 2, 1, 1), mode='circular'", "t(2, 3, 4), (1, 2), mode='circular'", "t(2, 3, 4), (1, 2), mode='replicate'", "t(2, 3, 4, 5, 6), (1, 2, 1, 1, 1, 1), mode='replicate'", "t(2, 3, 4, 5, 6), (1, 2, 1, 1, 1, 1), mode='reflect'",
        "t(2, 3, 4, dtype=i64), (1, 2), value=-1", "t(2, 3, 4, dtype=b8), (1, 2), value=False", "t(2, 3), (1, 2), mode='reflect'", "t(2, 3), (1, 2, 3)", "t(2, 3, 4, 5), (1, 2), mode='reflect'", "t(2, 3, 4, 5), pad=(0, 1, 0, 1), mode='constant', value=0", "t(2, 3, 4), (3, 2), mode='reflect'",
        "t(2, 3, 4), (0, 0, 0, 0, 1, 0)", "t(2, 3, 4), (1, 2), 'constant', None", "t(2, 3, 4, 5).to(memory_format=CL), (1, 1, 1, 1), mode='replicate'", "t(2, 3, 4, 5).to(memory_format=CL), (1, 1, 1, 1), mode='reflect'",
    )),
    "torch.constant_pad_nd(t(2, 3), (1, 2))", "torch._grouped_mm(t(3, 6, 8), t(3, 8, 16))", "F.grouped_mm(t(6, 8), t(3, 8, 16), offs=t(3, dtype=i32))", "torch._grouped_mm(t(6, 8), t(3, 16, 8).transpose(1, 2), offs=t(3, dtype=i32))",
    "F.grouped_mm(t(16, 8).t(), t(16, 24), offs=t(3, dtype=i32))", "F.grouped_mm(t(6, 8), p(3, 16, 8).transpose(-2, -1), offs=t(3, dtype=i32))", "F.grouped_mm(t(3, 6, 8), t(8, 16), offs=t(3, dtype=i32))",
    "torch.nn.utils.rnn.pad_sequence([t(3, 4), t(5, 4)])", "torch.nn.utils.rnn.pad_sequence([t(3, 4), t(5, 4)], batch_first=True, padding_value=1.0)",
]

LINALG = [
    "torch.linalg.vector_norm(t(2, 3, 4), dim=-1)", "torch.linalg.vector_norm(t(2, 3, 4))", "torch.linalg.vector_norm(t(2, 3, 4), ord=1, dim=(1, 2), keepdim=True)", "torch.linalg.vector_norm(t(2, 3), dim=-1, dtype=f32)",
    "torch.linalg.norm(t(2, 3, 4), dim=-1)", "torch.linalg.norm(t(2, 3))", "torch.linalg.norm(t(2, 3, dtype=f32), dim=(0, 1))", "torch.linalg.norm(t(2, 3, 4), ord=2, dim=-1, keepdim=True)", "torch.linalg.norm(t(2, 3, 4), dim=-1, keepdim=True, dtype=f32)",
    "torch.norm(t(2, 3, 4), dim=-1)", "torch.norm(t(2, 3, 4), p=2, dim=-1, keepdim=True)", "t(2, 3, 4).norm(dim=-1, keepdim=True)", "t(2, 3).norm()", "torch.norm(t(2, 3), p='fro')", "t(2, 3).norm(p=1)", "t(2, 3, 4).norm(2, -1)",
    "torch.linalg.matrix_norm(t(2, 3, dtype=f32))", "torch.linalg.solve_triangular(t(2, 3, 3, dtype=f32), t(2, 3, 4, dtype=f32), upper=False)", "torch.linalg.solve_triangular(t(3, 3, dtype=f32), t(2, 3, 4, dtype=f32), upper=True, unitriangular=True)",
    "torch.linalg.solve_triangular(t(2, 3, 3, dtype=f32).transpose(1, 2), t(2, 4, 3, dtype=f32).transpose(1, 2), upper=False)",
    "torch.linalg.inv(t(3, 3, dtype=f32))", "torch.inverse(t(2, 3, 3, dtype=f32))", "t(3, 3, dtype=f32).inverse()", "torch.linalg.solve(t(3, 3, dtype=f32), t(3, 4, dtype=f32))", "torch.linalg.det(t(3, 3, dtype=f32))", "torch.linalg.cholesky(t(3, 3, dtype=f32))", "torch.linalg.qr(t(4, 3, dtype=f32))",
    "torch.linalg.svd(t(4, 3, dtype=f32), full_matrices=False)", "torch.linalg.eigh(t(3, 3, dtype=f32))", "torch.linalg.slogdet(t(3, 3, dtype=f32))", "torch.linalg.diagonal(t(3, 3))",
    "torch.fft.fft(t(2, 8, dtype=f32))", "torch.fft.fft(t(2, 8, dtype=f32), dim=0)", "torch.fft.fft(t(2, 8, dtype=c64))", "torch.fft.ifft(t(2, 8, dtype=c64))", "torch.fft.rfft(t(2, 8, dtype=f32))", "torch.fft.rfft(t(2, 8, dtype=f32), n=16)", "torch.fft.rfft(t(2, 8, 6, dtype=f32), dim=1, norm='ortho')",
    "torch.fft.irfft(t(2, 5, dtype=c64))", "torch.fft.irfft(t(2, 9, dtype=c64), n=12)", "torch.fft.fftn(t(2, 8, 4, dtype=f32), dim=(1, 2))", "torch.fft.rfft2(t(2, 8, 4, dtype=f32))", "torch.fft.irfft2(t(2, 8, 3, dtype=c64), s=(8, 4))", "torch.fft.ifftn(t(2, 8, 4, dtype=c64))", "torch.fft.fft2(t(2, 8, 4, dtype=c64))",
    "torch.fft.rfft(t(2, 4, dtype=f32), n=3)", "torch.fft.fftn(t(2, 8, 4, dtype=f32))", "torch.fft.fftn(t(2, 8, 4, dtype=f32), dim=(1, 2)).real", "torch.fft.fftshift(t(2, 8))", "torch.fft.fftfreq(8)", "torch.fft.rfftfreq(8)",
    "torch.special.expit(t(2, 3))", "torch.special.logit(t(2, 3))", "torch.special.erf(t(2, 3))", "torch.special.xlogy(t(2, 3), t(2, 3))", "torch.special.log1p(t(2, 3))", "torch.special.softmax(t(2, 3), 1)",
    "torch.stft(t(2, 64, dtype=f32), n_fft=16, return_complex=True)",
    "[torch.fft.fftfreq(n, d=0.5, device='cpu').tolist() for n in (1, 4, 5)]", "[torch.fft.rfftfreq(n, 2.0, device='cpu').tolist() for n in (1, 4, 8)]", "torch.fft.fftfreq(6, device='meta', dtype=torch.float64)",
    "torch.stft(t(64, dtype=f32), 16, win_length=12, window=t(12, dtype=f32), return_complex=True)", "t(2, 64, dtype=f32).stft(16, 4, center=False, onesided=False, return_complex=False)", "torch.stft(t(2, 64, dtype=c64), 16)",
    "torch.stft(t(2, 64, dtype=f32), 16)", "torch.stft(t(2, 10, dtype=f32), 16, center=False, return_complex=True)", "torch.stft(t(2, 64, dtype=f32), 16, win_length=8, window=t(16, dtype=f32), return_complex=True)", "torch.istft(t(2, 9, 17, dtype=f32), 16)", "torch.istft(t(2, 8, 17, dtype=c64), 16)",
]

LAYERS = [
    *(f"m = nn.{layer}.eval() :: m({x})" for layer, x in (
        ("Linear(4, 5)", "t(2, 3, 4)"), ("Linear(4, 5, bias=False)", "t(2, 3, 4)"), ("Linear(4, 5, dtype=f32)", "t(2, 4, dtype=f32)"), ("Identity(3, x=4)", "t(2, 3)"), ("Bilinear(3, 4, 5)", "t(2, 3), t(2, 4)"),
        ("Embedding(10, 4)", "t(2, 3, dtype=i64)"), ("Embedding(10, 4, padding_idx=0)", "t(2, 3, dtype=i64)"), ("EmbeddingBag(10, 4)", "t(2, 3, dtype=i64)"), ("EmbeddingBag(10, 4, mode='sum', include_last_offset=True)", "t(6, dtype=i64), t(3, dtype=i64)"),
        ("LayerNorm(4)", "t(2, 3, 4)"), ("LayerNorm((3, 4), eps=1e-6, bias=False)", "t(2, 3, 4)"), ("LayerNorm(4, elementwise_affine=False)", "t(2, 3, 4)"), ("RMSNorm(4)", "t(2, 3, 4)"), ("RMSNorm((3, 4), eps=1e-6, elementwise_affine=False)", "t(2, 3, 4)"),
        ("GroupNorm(3, 6)", "t(2, 6, 4)"), ("GroupNorm(3, 6, affine=False)", "t(2, 6, 4)"), ("BatchNorm1d(3)", "t(2, 3, 4)"), ("BatchNorm1d(3)", "t(2, 3)"), ("BatchNorm2d(3)", "t(2, 3, 4, 5)"), ("BatchNorm3d(3)", "t(2, 3, 4, 5, 6)"), ("BatchNorm2d(3)", "t(2, 3, 4)"),
        ("BatchNorm2d(3, affine=False)", "t(2, 3, 4, 5)"), ("BatchNorm2d(3, track_running_stats=False)", "t(2, 3, 4, 5)"), ("InstanceNorm1d(3)", "t(2, 3, 4)"), ("InstanceNorm2d(3, affine=True)", "t(2, 3, 4, 5)"), ("InstanceNorm2d(3, track_running_stats=True)", "t(2, 3, 4, 5)"),
        ("InstanceNorm1d(3)", "t(3, 4)"), ("LocalResponseNorm(2)", "t(2, 3, 4, 5)"), ("CrossMapLRN2d(2)", "1"), ("Dropout(0.5)", "t(2, 3)"), ("Dropout1d(0.5)", "t(2, 3, 4)"), ("Dropout2d(0.5)", "t(2, 3, 4, 5)"), ("AlphaDropout(0.5)", "t(2, 3)"), ("FeatureAlphaDropout(0.5)", "t(2, 3, 4)"),
        ("Conv1d(3, 6, 3)", "t(2, 3, 10)"), ("Conv1d(3, 6, 3, padding=1, stride=2, bias=False)", "t(2, 3, 10)"), ("Conv1d(6, 6, 3, groups=6, padding=2)", "t(2, 6, 10)"), ("Conv1d(3, 6, 3, padding='same', padding_mode='reflect')", "t(2, 3, 10)"), ("Conv1d(3, 6, 3, padding=1, padding_mode='zeros')", "t(3, 10)"),
        ("Conv2d(3, 6, 3)", "t(2, 3, 10, 12)"), ("Conv2d(3, 6, (3, 2), stride=2, padding=(1, 0), dilation=1)", "t(2, 3, 10, 12)"), ("Conv2d(3, 6, 3, padding=1, padding_mode='circular')", "t(2, 3, 10, 12)"), ("Conv2d(3, 6, 16, stride=16)", "t(2, 3, 32, 32)"), ("Conv3d(3, 6, (2, 3, 3), stride=(2, 3, 3))", "t(2, 3, 4, 6, 6)"),
        ("ConvTranspose1d(3, 6, 4, stride=2, padding=1)", "t(2, 3, 10)"), ("ConvTranspose2d(3, 6, 2, stride=2)", "t(2, 3, 10, 12)"), ("ConvTranspose3d(3, 6, 2, stride=2)", "t(2, 3, 4, 4, 4)"),
        ("ReLU()", "t(2, 3)"), ("ReLU(inplace=True)", "t(2, 3)"), ("GELU()", "t(2, 3)"), ("GELU(approximate='tanh')", "t(2, 3)"), ("SiLU()", "t(2, 3)"), ("SiLU(True)", "t(2, 3)"), ("Mish()", "t(2, 3)"), ("ELU(0.5)", "t(2, 3)"), ("SELU()", "t(2, 3)"), ("CELU()", "t(2, 3)"), ("LeakyReLU(0.1)", "t(2, 3)"), ("ReLU6()", "t(2, 3)"),
        ("Hardtanh()", "t(2, 3)"), ("Hardswish()", "t(2, 3)"), ("Hardsigmoid()", "t(2, 3)"), ("Sigmoid()", "t(2, 3)"), ("Tanh()", "t(2, 3)"), ("Softplus()", "t(2, 3)"), ("Softsign()", "t(2, 3)"), ("Tanhshrink()", "t(2, 3)"), ("Softshrink()", "t(2, 3)"), ("Hardshrink()", "t(2, 3)"), ("LogSigmoid()", "t(2, 3)"),
        ("Threshold(0.1, 20)", "t(2, 3)"), ("RReLU()", "t(2, 3)"), ("PReLU()", "t(2, 3)"), ("PReLU(3)", "t(2, 3, 4)"), ("GLU()", "t(2, 4)"), ("GLU(dim=1)", "t(2, 4, 3)"), ("Softmax(dim=-1)", "t(2, 3)"), ("Softmax()", "t(2, 3)"), ("Softmin(dim=-1)", "t(2, 3)"), ("LogSoftmax(dim=-1)", "t(2, 3)"), ("Softmax2d()", "t(2, 3, 4, 5)"),
        ("MaxPool1d(2)", "t(2, 3, 10)"), ("MaxPool2d(3, 2, 1)", "t(2, 3, 10, 12)"), ("MaxPool2d(2, return_indices=True)", "t(2, 3, 10, 12)"), ("MaxPool3d(2)", "t(2, 3, 4, 6, 6)"), ("AvgPool1d(2)", "t(2, 3, 10)"), ("AvgPool2d(2)", "t(2, 3, 10, 12)"), ("AvgPool2d(3, 2, padding=1, count_include_pad=False, ceil_mode=True)", "t(2, 3, 10, 12)"), ("AvgPool3d(2)", "t(2, 3, 4, 6, 6)"),
        ("AdaptiveAvgPool1d(1)", "t(2, 3, 10)"), ("AdaptiveAvgPool2d(1)", "t(2, 3, 10, 12)"), ("AdaptiveAvgPool2d((4, None))", "t(2, 3, 10, 12)"), ("AdaptiveAvgPool3d(2)", "t(2, 3, 4, 6, 6)"), ("AdaptiveMaxPool1d(4)", "t(2, 3, 10)"), ("AdaptiveMaxPool2d(4)", "t(2, 3, 10, 12)"), ("LPPool2d(2, 2)", "t(2, 3, 10, 12)"),
        ("MaxUnpool2d(2)", "t(2, 3, 5, 6), t(2, 3, 5, 6, dtype=i64)"),
        ("Upsample(scale_factor=2)", "t(2, 3, 10, 12)"), ("Upsample(size=(7, 8), mode='bilinear')", "t(2, 3, 10, 12)"), ("Upsample(scale_factor=2, mode='bicubic', align_corners=True)", "t(2, 3, 10, 12)"), ("UpsamplingBilinear2d(scale_factor=2)", "t(2, 3, 10, 12)"), ("UpsamplingNearest2d(size=7)", "t(2, 3, 10, 12)"), ("Upsample(scale_factor=3.0, mode='linear')", "t(2, 3, 10)"),
        ("PixelShuffle(2)", "t(2, 8, 3, 3)"), ("PixelUnshuffle(2)", "t(2, 2, 4, 4)"), ("ChannelShuffle(2)", "t(2, 4, 3, 3)"), ("Flatten()", "t(2, 3, 4)"), ("Flatten(0, 1)", "t(2, 3, 4)"), ("Flatten(1, 2)", "t(2, 4, 3).transpose(1, 2)"), ("Unflatten(1, (2, 3))", "t(2, 6, 4)"), ("Unflatten(1, torch.Size([2, 3]))", "t(2, 6)"),
        ("Fold((10, 12), 3)", "t(2, 27, 80)"), ("Unfold(3)", "t(2, 3, 10, 12)"), ("CosineSimilarity(dim=1)", "t(2, 3), t(2, 3)"), ("PairwiseDistance()", "t(2, 3), t(2, 3)"),
        ("ZeroPad2d(1)", "t(2, 3, 4, 5)"), ("ZeroPad1d(1)", "t(2, 3, 4)"), ("ConstantPad1d((1, 2), 0.5)", "t(2, 3, 4)"), ("ConstantPad2d((1, 2, 0, 1), 0.5)", "t(2, 3, 4, 5)"), ("ReflectionPad1d(1)", "t(2, 3, 4)"), ("ReflectionPad2d((1, 2, 1, 1))", "t(2, 3, 4, 5)"), ("ReplicationPad1d(1)", "t(2, 3, 4)"), ("ReplicationPad2d(1)", "t(2, 3, 4, 5)"),
        ("ReplicationPad3d(1)", "t(2, 3, 4, 5, 6)"), ("CircularPad1d(1)", "t(2, 3, 4)"), ("CircularPad2d(1)", "t(2, 3, 4, 5)"), ("ZeroPad3d(1)", "t(2, 3, 4, 5, 6)"),
        ("MultiheadAttention(8, 2)", "t(5, 2, 8), t(6, 2, 8), t(6, 2, 8)"), ("MultiheadAttention(8, 2, batch_first=True)", "t(2, 5, 8), t(2, 6, 8), t(2, 6, 8), need_weights=False"), ("MultiheadAttention(8, 2, batch_first=True)", "*3 * (t(2, 5, 8),)"), ("MultiheadAttention(8, 2, bias=False, kdim=6, vdim=7)", "t(5, 2, 8), t(4, 2, 6), t(4, 2, 7)"),
        ("MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True)", "t(5, 2, 8), t(6, 2, 8), t(6, 2, 8)"), ("MultiheadAttention(8, 2, batch_first=True)", "t(2, 5, 8), t(2, 6, 8), t(2, 6, 8), key_padding_mask=t(2, 6, dtype=b8)"), ("MultiheadAttention(8, 2)", "t(5, 2, 8), t(6, 2, 8), t(6, 2, 8), attn_mask=t(5, 6), need_weights=False"),
        ("MultiheadAttention(8, 2)", "t(5, 8), t(6, 8), t(6, 8)"), ("MultiheadAttention(8, 2, batch_first=True)", "t(2, 5, 8), t(2, 6, 8), t(2, 6, 8), average_attn_weights=False"), ("MultiheadAttention(8, 2)", "*3 * (t(5, 2, 8),), need_weights=False"),
        ("TransformerEncoderLayer(8, 2, 16)", "t(5, 2, 8)"), ("TransformerEncoderLayer(8, 2, 16, batch_first=True)", "t(2, 5, 8)"), ("TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, activation='gelu')", "t(2, 5, 8), src_key_padding_mask=t(2, 5, dtype=b8)"), ("TransformerDecoderLayer(8, 2, 16)", "t(5, 2, 8), t(6, 2, 8)"),
        ("TransformerDecoderLayer(8, 2, 16, batch_first=True, norm_first=True)", "t(2, 5, 8), t(2, 6, 8)"), ("TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2)", "t(5, 2, 8)"), ("Transformer(8, 2, 1, 1, 16)", "t(5, 2, 8), t(6, 2, 8)"),
        ("LSTM(4, 6)", "t(5, 2, 4)"), ("LSTM(4, 6, num_layers=2, batch_first=True)", "t(2, 5, 4)"), ("LSTM(4, 6, bidirectional=True)", "t(3, 2, 4)"), ("LSTM(4, 6, bias=False)", "t(3, 4)"), ("LSTM(4, 6, proj_size=3)", "t(3, 2, 4)"), ("GRU(4, 6)", "t(3, 2, 4)"), ("GRU(4, 6, batch_first=True, bidirectional=True)", "t(2, 3, 4)"), ("RNN(4, 6)", "t(3, 2, 4)"), ("RNN(4, 6, nonlinearity='relu', num_layers=2)", "t(3, 2, 4)"),
        ("LSTM(4, 6)", "t(3, 2, 4), (t(1, 2, 6), t(1, 2, 6))"), ("LSTMCell(4, 6)", "t(2, 4)"), ("GRUCell(4, 6)", "t(2, 4)"), ("GRUCell(4, 6)", "t(2, 4), t(2, 6)"), ("RNNCell(4, 6)", "t(2, 4)"), ("LSTMCell(4, 6)", "t(2, 4), (t(2, 6), t(2, 6))"),
        ("Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))", "t(2, 4)"), ("utils.parametrizations.weight_norm(nn.Conv1d(3, 6, 3))", "t(2, 3, 10)"), ("utils.parametrizations.weight_norm(nn.Conv1d(3, 6, 3), name='weight', dim=2)", "t(2, 3, 10)"), ("utils.weight_norm(nn.Linear(3, 6))", "t(2, 3)"), ("utils.skip_init(nn.Linear, 3, 6)", "t(2, 3)"),
        ("utils.parametrizations.spectral_norm(nn.Linear(3, 6))", "t(2, 3)"), ("utils.parametrizations.orthogonal(nn.Linear(3, 6))", "t(2, 3)"),
        ("CrossEntropyLoss()", "t(2, 3), t(2, dtype=i64)"), ("MSELoss()", "t(2, 3), t(2, 3)"), ("L1Loss()", "t(2, 3), t(2, 3)"), ("AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10])", "1"),
    )),
    "m = nn.Dropout(0.5) :: m(t(2, 3))", "m = nn.BatchNorm1d(3) :: m(t(2, 3, 4))", "m = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()]) :: [f(t(2, 4)) for f in m]", "m = nn.ModuleDict({'a': nn.Linear(4, 4), 'b': nn.Tanh()}) :: m['b'](m['a'](t(2, 4)))",
    "m = nn.ParameterList([p(4, 5), p(5, 6)]) :: t(2, 4) @ m[0] @ m[1]", "m = nn.ParameterDict({'w': p(4, 5)}) :: t(2, 4) @ m['w']", "m = nn.LSTM(4, 6) :: [tuple(w.shape) for w in m.parameters()]", "m = nn.Linear(4, 5) :: m.half()(t(2, 4, dtype=f16))",
    "m = nn.Transformer(8, 2, 1, 1, 16) :: m.generate_square_subsequent_mask(4)", "m = nn.MultiheadAttention(8, 2) :: [n for n, _ in m.named_parameters()]", "m = nn.MultiheadAttention(8, 2, kdim=3, vdim=5, bias=False) :: [(n, tuple(w.shape)) for n, w in m.named_parameters()]",
]

SEMANTICS = [
    *setup(
        "m = Net()",
        "m(t(2, 4))", "[n for n, _ in m.named_modules()]", "[n for n, _ in m.named_modules(remove_duplicate=False)]", "[n for n, _ in m.named_modules(prefix='x')]", "[n for n, _ in m.named_parameters()]", "[n for n, _ in m.named_parameters(recurse=False)]",
        "[n for n, _ in m.named_parameters(prefix='p', remove_duplicate=False)]", "[n for n, _ in m.named_buffers()]", "[n for n, _ in m.blocks[0].named_buffers(recurse=False)]", "[n for n, _ in m.named_children()]", "[type(c).__name__ for c in m.children()]", "[type(c).__name__ for c in m.modules()]",
        "list(m.state_dict().keys())", "list(m.state_dict(prefix='q.').keys())", "sum(w.numel() for w in m.parameters())", "len(list(m.buffers()))", "m.training", "[x.training for x in m.eval().modules()]", "[x.training for x in m.eval().train().modules()]", "m.get_submodule('blocks.1.fc').weight.shape", "m.get_submodule('')is m",
        "m.get_submodule('blocks.7')", "m.get_parameter('blocks.0.alpha').shape", "m.get_parameter('blocks.0.scale')", "m.get_buffer('blocks.0.mask').shape", "m.blocks[0].bias is None", "m.nothing", "hasattr(m, 'nothing')", "getattr(m, 'nothing', 3)", "m.half().head.weight.dtype", "m.to(f32).blocks[0].scale.dtype", "m.to(dtype=f32).head.weight.requires_grad",
        "m.float().head.weight is m.head.weight", "m.to('meta') is m", "m.bfloat16().blocks[1].mask.dtype", "m.double().head.weight.dtype", "m.requires_grad_(False).head.weight.requires_grad", "m.type(f16).head.weight.dtype", "isinstance(m.head.weight, nn.Parameter)", "isinstance(m.head.weight, torch.Tensor)", "type(m.head.weight).__name__",
        "type(m).__mro__[1].__name__", "m._get_name()", "[type(x).__name__ for x in m.apply(lambda x: None).blocks]", "m.zero_grad()", "m.extra_repr()", "'head' in dir(m)", "'weight' in dir(m.head)", "m.blocks[0] is m.blocks[-2]", "len(m.blocks)", "m.blocks[0:1]", "[type(b).__name__ for b in m.blocks]",
        "'fc' in m.blocks[0]._modules", "sorted(m.blocks[0]._parameters)", "sorted(m.blocks[0]._buffers)", "m.blocks[0]._non_persistent_buffers_set", "m.head.in_features, m.head.out_features", "m.__class__.__name__", "m.head.__repr__()", "str(m.blocks[0].act)", "repr(m)", "m.add_module('x', nn.ReLU()) or [n for n, _ in m.named_children()]",
        "m.register_module('x', None) or m.x", "m.add_module('a.b', nn.ReLU())", "m.add_module('', nn.ReLU())", "m.add_module('head', nn.ReLU())", "m.add_module('x', 3)", "m.register_buffer('x', t(2)) or m.x", "m.register_buffer('forward', t(2))", "m.register_buffer('x.y', t(2))", "m.register_parameter('x', t(2))", "m.register_parameter('x', p(2)) or m.x",
        "m.set_submodule('blocks.0.fc', nn.Identity()) or type(m.blocks[0].fc).__name__", "setattr(m, 'head', None) or m.head", "setattr(m, 'head', 3)", "setattr(m.head, 'weight', t(2, 4))", "setattr(m.head, 'weight', None) or m.head.weight", "setattr(m.blocks[0], 'scale', None) or m.blocks[0].scale", "setattr(m.blocks[0], 'scale', 3)",
        "delattr(m, 'head') or hasattr(m, 'head')", "delattr(m.blocks[0], 'scale') or 'scale' in m.blocks[0]._buffers", "delattr(m, 'nothing')", "setattr(m, 'note', 'x') or m.__dict__['note']", "'head' in m.__dict__", "m.buf if setattr(m, 'buf', nn.Buffer(t(3))) else [n for n, _ in m.named_buffers()]",
        "[m.blocks.append(nn.Linear(4, 4)), len(m.blocks)][1]", "m.blocks.insert(0, nn.Linear(4, 4)) or [n for n, _ in m.blocks.named_children()]", "m.blocks.extend([nn.ReLU()]) is m.blocks", "m.blocks.pop(0) is m.tied", "[type(x).__name__ for x in (m.blocks + [nn.Tanh()])]", "m._parameters", "m.blocks[5]", "m.blocks['a']", "next(m.parameters()).shape",
        "next(m.parameters()).device", "next(iter(m.blocks)).fc.bias.shape", "m.head.weight.is_leaf", "m.load_state_dict({})", "m.forward(t(2, 4)).shape", "m.eval()(t(1, 4)).shape",
    ),
    *setup(
        "calls = []\nm = nn.Linear(4, 4)\ndef pre(mod, args):\n    calls.append('pre')\n    return (args[0] * 2,)\ndef post(mod, args, out):\n    calls.append('post')\n    return out + 1\ndef pre_kw(mod, args, kwargs):\n    calls.append(sorted(kwargs))\n    return args, {'input': kwargs['input'] * 3}\ndef post_kw(mod, args, kwargs, out):\n    calls.append((len(args), sorted(kwargs)))",
        "[m.register_forward_pre_hook(pre), m(t(2, 4)), calls][1:]", "[m.register_forward_hook(post), m(t(2, 4)), calls][1:]", "[m.register_forward_pre_hook(pre_kw, with_kwargs=True), m(input=t(2, 4)), calls][1:]", "[m.register_forward_hook(post_kw, with_kwargs=True), m(input=t(2, 4)), calls][1:]",
        "[m.register_forward_hook(post).remove(), m(t(2, 4)), calls][1:]", "[m.register_forward_hook(post), m.register_forward_hook(lambda *a: calls.append('first'), prepend=True), m(t(2, 4)), calls][2:]", "[m.register_forward_pre_hook(pre), m.register_forward_hook(post), m(t(2, 4)), calls][2:]", "len(m._forward_hooks), m.register_forward_hook(post).id in m._forward_hooks",
        "[m.register_forward_hook(post, always_call=True), calls][1:]", "m.register_full_backward_hook(post) is not None", "[m._register_load_state_dict_pre_hook(pre), m.register_load_state_dict_post_hook(post), m.register_state_dict_pre_hook(pre), m.register_state_dict_post_hook(post)] and m(t(2, 4))",
    ),
    "class Bad(nn.Module):\n    def __init__(self):\n        self.x = nn.Linear(2, 2)\n :: Bad()", "class Bad(nn.Module):\n    def __init__(self):\n        self.x = nn.Parameter(t(2))\n        super().__init__()\n :: Bad()", "class Ok(nn.Module):\n    def __init__(self):\n        self.x = 3\n        super().__init__()\n :: Ok().x",
    "class Bad(nn.Module):\n    def __init__(self):\n        self.x = t(2)\n        super().__init__()\n :: Bad().x", "nn.Module()(1)", "class M(nn.Module):\n    def forward(self, x, *, y=2):\n        return x + y\nm = M() :: m(t(2)), m(t(2), y=3)", "nn.Module(3)", "nn.Module().__class__.__module__", "nn.Linear.__module__", "nn.Linear.__qualname__", "nn.LayerNorm.__module__, nn.ModuleList.__module__, nn.SiLU.__module__, nn.Conv1d.__module__, nn.Embedding.__module__, nn.Dropout.__module__",
    "nn.Sequential(nn.Linear(2, 3), nn.ReLU())", "from collections import OrderedDict :: nn.Sequential(OrderedDict(a=nn.Linear(2, 3), b=nn.ReLU())).b", "m = nn.Sequential(nn.Linear(2, 3), nn.ReLU()) :: m[0].weight.shape, len(m), type(m[-1]).__name__, [type(x).__name__ for x in m[1:]]", "m = nn.Sequential() :: m.append(nn.ReLU()) is m", "nn.ModuleDict({'a': nn.ReLU()}).keys()",
    "m = nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Tanh()}) :: [k for k in m], list(m.items())[1][0], 'a' in m, len(m), m.pop('a'), len(m)", "list(nn.ParameterList([p(2), p(3)]).parameters())", "m = nn.ParameterDict({'a': p(2)}) :: [k for k in m], m['a'].shape, len(m), [n for n, _ in m.named_parameters()]", "nn.Parameter(t(2, 3)).requires_grad", "nn.Parameter(t(2, 3), requires_grad=False).requires_grad", "nn.Parameter(t(2, 3)).shape",
    "nn.Parameter().shape", "isinstance(nn.Parameter(t(2)), nn.Parameter)", "isinstance(t(2), nn.Parameter)", "isinstance(nn.Parameter(t(2)), torch.Tensor)", "isinstance(nn.Buffer(t(2)), torch.Tensor)", "type(p(2) * 2).__name__", "nn.Parameter(p(2)) is None", "x = t(2, 3) :: nn.Parameter(x.t()).stride()",
    *(f"nn.init.{f}" for f in (
        "calculate_gain('relu')", "calculate_gain('leaky_relu', 0.2)", "calculate_gain('tanh')", "calculate_gain('nope')", "_calculate_fan_in_and_fan_out(t(4, 5))", "_calculate_fan_in_and_fan_out(t(4, 5, 3, 3))", "_calculate_fan_in_and_fan_out(t(4))", "_calculate_correct_fan(t(4, 5), 'fan_in')",
    )),
    *(f"w = t(4, 5) :: nn.init.{f} is w" for f in ("normal_(w)", "uniform_(w, -1, 1)", "constant_(w, 0.5)", "zeros_(w)", "ones_(w)", "xavier_uniform_(w)", "xavier_normal_(w)", "kaiming_normal_(w)", "kaiming_uniform_(w, a=math.sqrt(5))", "trunc_normal_(w, std=0.02)", "orthogonal_(w)", "sparse_(w, 0.1)", "dirac_(w.unsqueeze(-1)) is not None")),
]

NAMESPACE = [
    "torch.cuda.is_available()", "torch.cuda.device_count()", "torch.backends.mps.is_available()", "torch.distributed.is_available() in (True, False)", "torch.distributed.is_initialized()", "torch.compiler.is_compiling()", "torch.compiler.is_exporting()", "torch.compiler.is_dynamo_compiling()", "torch.jit.is_tracing()",
    "torch.jit.is_scripting()", "torch.onnx.is_in_onnx_export()", "torch.is_grad_enabled()", "torch.is_inference_mode_enabled()", "torch.get_default_dtype()", "torch.is_autocast_enabled()", "torch.is_autocast_enabled('cpu')", "torch.get_autocast_dtype('cpu')", "torch.compile(math.sqrt) is not None",
    "torch.compiler.disable(math.sqrt) is not None", "torch._dynamo.is_compiling()", "torch.are_deterministic_algorithms_enabled()", "torch.utils.checkpoint.checkpoint(lambda x: x * 2, t(2, 3), use_reentrant=False)", "torch.inf, torch.pi, torch.nan != torch.nan, torch.e", "torch.contiguous_format, torch.channels_last, torch.preserve_format, torch.strided", "torch.newaxis is None",
    "torch.get_default_device()", "torch.is_tensor(t(2)), torch.is_tensor(2)", "torch.overrides.has_torch_function((t(2),))", "torch.autograd.Function.__name__", "torch.finfo(bf16).max, torch.finfo(f32).eps, torch.iinfo(i64).max",
    "class Double(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, k):\n        ctx.save_for_backward(x)\n        ctx.k = k\n        return x * k\n    @staticmethod\n    def backward(ctx, g):\n        return g * ctx.k, None\n :: Double.apply(t(2, 3), 2)",
    "def f():\n    with torch.no_grad():\n        a = torch.is_grad_enabled()\n    with torch.enable_grad():\n        b = torch.is_grad_enabled()\n    with torch.set_grad_enabled(True):\n        c = torch.is_grad_enabled()\n    with torch.inference_mode():\n        d = torch.is_grad_enabled(), torch.is_inference_mode_enabled()\n    return a, b, c, d, torch.is_grad_enabled()\n :: f()",
    "@torch.no_grad()\ndef f(x):\n    return torch.is_grad_enabled()\n@torch.no_grad\ndef g(x):\n    return torch.is_grad_enabled()\n@torch.inference_mode()\ndef h(x):\n    return torch.is_inference_mode_enabled()\n@torch.enable_grad()\ndef e(x):\n    return torch.is_grad_enabled()\n :: f(1), g(2), h(3), e(4), f.__name__",
    "def f(x):\n    with torch.autocast(device_type='cpu', enabled=False):\n        return x * 2\n :: f(t(2))", "def f(x):\n    with torch.amp.autocast('cuda', enabled=False):\n        return x * 2\n :: f(t(2))", "@torch.autocast('cpu', enabled=False)\ndef f(x):\n    return x * 2\n :: f(t(2))",
    "[(s.name, s.value) for e in (torch.distributed.fsdp.ShardingStrategy, torch.distributed.fsdp.BackwardPrefetch) for s in e]", "torch.distributed.fsdp.MixedPrecision(param_dtype=torch.bfloat16).buffer_dtype is None",
    "@torch.compile\ndef f(x):\n    return x * 2\n :: f is not None", "@torch.compiler.disable(recursive=False)\ndef f(x):\n    return x * 2\n :: f(t(2))", "@torch.jit.ignore\ndef f(x):\n    return x * 2\n@torch.jit.unused\ndef g(x):\n    return x\n@torch.jit.export\ndef h(x):\n    return x\n :: f(t(2))",
    "def f():\n    with torch.device('meta'):\n        return torch.zeros(2).device, torch.get_default_device()\n :: f()", "from torch.nn.attention import sdpa_kernel, SDPBackend\ndef f():\n    with sdpa_kernel(SDPBackend.MATH):\n        return F.scaled_dot_product_attention(t(2, 8, 3, 4), t(2, 8, 5, 4), t(2, 8, 5, 4))\n :: f()", "def f():\n    with torch.random.fork_rng(devices=[]):\n        torch.manual_seed(0)\n    return 1\n :: f()",
    "from torch.utils import _pytree as pytree :: pytree.tree_map(lambda x: x + 1, {'a': [1, (2, 3)], 'b': None and 0 or 4})", "from torch.utils._pytree import tree_flatten, tree_unflatten\nflat, spec = tree_flatten({'a': [1, (2, 3)]}) :: flat, tree_unflatten([4, 5, 6], spec)", "torch.nn.functional is F", "torch.nn is nn", "torch.Tensor is type(t(2))", "torch.Size([2, 3]).numel()",
    "torch.ops.aten.add.Tensor", "torch.cuda.is_bf16_supported()", "torch.cuda.current_device()", "torch.version.cuda", "torch.version.hip", "torch._C._get_tracing_state()", "torch.nope", "torch.nn.Nope", "F.nope", "torch.nn.utils.nope", "hasattr(torch.nn, 'RMSNorm')",
    "hasattr(torch.nn.functional, 'scaled_dot_product_attention')", "torch.backends.cuda.matmul.allow_tf32", "torch.backends.cudnn.enabled", "torch.backends.cudnn.is_available()", "torch.get_num_threads() > 0", "torch.nn.modules.linear.Linear is nn.Linear", "torch.nn.modules.Linear is nn.Linear", "torch.nn.modules.batchnorm._BatchNorm.__name__", "torch.nn.modules.conv._ConvNd.__name__",
    "nn.parameter.Parameter is nn.Parameter", "torch.get_float32_matmul_precision()", "torch.amp.custom_fwd.__name__", "torch.fx.wrap.__name__", "torch.fx.Proxy.__name__", "isinstance(t(2), torch.fx.Proxy)", "torch.distributed.get_world_size.__name__", "torch.accelerator.is_available()", "torch.xpu.is_available()", "torch.mps.is_available()",
]

# A mask of functions of positions, mapped over all four dimensions as transformers.masking_utils does.
MASK = """\
from torch._dynamo._trace_wrapped_higher_order_op import TransformGetItemToIndex
def both(*fs):
    def f(b, h, q, k):
        result = q.new_ones((), dtype=torch.bool)
        for g in fs:
            result = result & g(b, h, q, k).to(result.device)
        return result
    return f
def either(*fs):
    def f(b, h, q, k):
        result = q.new_zeros((), dtype=torch.bool)
        for g in fs:
            result = result | g(b, h, q, k).to(result.device)
        return result
    return f
def causal(b, h, q, k):
    return k <= q
def window(b, h, q, k):
    d = q - k
    return ((d >= 0) & (d < 3)) | ((d < 0) & (-d < 2))
def near(b, h, q, k):
    return abs(q - k) <= 2
def anywhere(b, h, q, k):
    return q >= 0
def chunks(b, h, q, k):
    d = torch.div(q, 4, rounding_mode='trunc') - torch.div(k, 4, rounding_mode='trunc')
    return (d >= 0) & (d <= 2)
pad, ids, left = t(2, 7, dtype=b8), t(2, 7, dtype=i64), t(2, dtype=i64)
def padding(b, h, q, k):
    return pad[b, k]
def blocks(b, h, q, k):
    x, y = ids[b, q], ids[b, k]
    return (x == y) & (x >= 0)
def remapped(b, h, q, k):
    return ids[b, k] <= ids[b, q]
def chunked(b, h, q, k):
    return (k - left[b]) // 4 == (q - left[b]) // 4
def mapped(f, n=2, q=5, k=7):
    for dims in [(None, None, None, 0), (None, None, 0, None), (None, 0, None, None), (0, None, None, None)]:
        f = torch.vmap(f, in_dims=dims, out_dims=0)
    with TransformGetItemToIndex():
        return f(*(torch.arange(s, device='meta') for s in (n, 1, q, k)))
"""

VMAP = [
    *setup(
        MASK,
        *(f"mapped({f})" for f in (
            "causal", "window", "near", "anywhere", "chunks", "padding", "blocks", "remapped", "chunked", "both(causal, padding)",
            "either(both(causal, window), near)", "both(either(causal, blocks), chunks, padding)", "both(anywhere, chunked)",
            "lambda b, h, q, k: (q != k) | ~(b > h)", "lambda b, h, q, k: torch.where(k > q, k * 2, q + 1)", "lambda b, h, q, k: (q - 2) % 3",
            "lambda b, h, q, k: 1 - q", "lambda b, h, q, k: q.to(torch.float32)", "lambda b, h, q, k: (k <= q).float()", "lambda b, h, q, k: k - 1 < float('inf')",
            "lambda b, h, q, k: torch.logical_and(q > 2, k > 3)", "lambda b, h, q, k: q.clamp(min=1) + k.clamp(0, 3)",
        )),
        *(f"torch.vmap(lambda x, w: {f}, in_dims=({i}, {j}))({x}, {w})" for f, i, j, x, w in (
            ("F.linear(x, w)", "None", 0, "t(2, 4)", "t(3, 5, 4)"), ("F.linear(x, w)", 0, 0, "t(3, 2, 4)", "t(3, 5, 4)"), ("F.linear(x, w)", 0, "None", "t(3, 2, 4)", "t(5, 4)"),
            ("F.linear(x, w)", 1, 2, "t(2, 3, 6, 4)", "t(5, 4, 3)"), ("x @ w", 0, "None", "t(3, 2, 4)", "t(4, 5)"), ("x.mm(w)", 1, 0, "t(2, 3, 4)", "t(3, 4, 5)"), ("torch.bmm(x, w)", "None", 0, "t(2, 3, 4)", "t(6, 2, 4, 5)"),
            ("F.linear(x, w, w[:, 0])", "None", 0, "t(2, 4)", "t(3, 5, 4)"), ("F.linear(x, w, t(5))", "None", 0, "t(2, 7, 4)", "t(3, 5, 4)"), ("torch.baddbmm(x, x, w)", "None", 0, "t(2, 4, 4)", "t(3, 2, 4, 4)"),
        )),
        *(f"torch.vmap(torch.{f}, ({i}, {j}))({x}, {y})" for f, i, j, x, y in (
            ("dot", 0, 0, "t(3, 4)", "t(3, 4)"), ("dot", 0, "None", "t(3, 4)", "t(4)"), ("dot", "None", 1, "t(4)", "t(4, 3)"), ("mv", 0, 0, "t(3, 2, 4)", "t(3, 4)"), ("mv", 1, "None", "t(2, 3, 4)", "t(4)"), ("mv", "None", 0, "t(2, 4)", "t(3, 4)"),
        )),
        "torch.vmap(lambda x: x * 2)(t(3, 4))", "torch.vmap(lambda x, y: x + y)(t(3, 4), t(3, 4))", "torch.vmap(lambda x, y: x + y, in_dims=(0, None))(t(3, 4), t(4))",
        "torch.vmap(lambda x, y: x + y, in_dims=(1, 0), out_dims=1)(t(4, 3), t(3, 4))", "torch.vmap(lambda x, y: x * y, in_dims=(0, None))(t(3), t(2, 4))",
        "torch.vmap(lambda x: x.exp(), out_dims=1)(t(3, 4))", "torch.vmap(lambda x: (x + 1, x.shape, x.dim())[0])(t(3, 4, 5))", "torch.func.vmap is torch.vmap",
        "torch.vmap(lambda x: (x + 1, x - 1))(t(3, 4))", "torch.vmap(lambda x: 2)(t(3, 4))", "torch.vmap(lambda x: x)(3)", "torch.vmap(lambda x, y: x, in_dims=(0, 0))(t(3), t(4))",
    ),
]

CASES = [*LINEAR, *MATMUL, *EINSUM, *LOSSES, *ATTENTION, *CONVOLUTION, *POOLING, *RESAMPLING, *ACTIVATION, *NORMALIZATION, *INDEXING, *LINALG, *LAYERS, *SEMANTICS, *NAMESPACE, *VMAP]
