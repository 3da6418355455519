// Nothing is compiled here: the CRD of Cilium's network policies, which DOKS has, is taken from this module at set-up.
module hanzo.ai/iac/tools/cilium

go 1.26.0

require github.com/cilium/cilium v1.19.4
