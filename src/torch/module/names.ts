// The Python module whose functions become methods of torch.nn.Module, beside those of the host.
export const methodsModule = 'lm_predictor_torch_module'
