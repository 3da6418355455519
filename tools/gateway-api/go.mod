// Nothing is compiled here: the Gateway API's CRDs are taken from this module's config folder at set-up.
module hanzo.ai/iac/tools/gateway-api

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.3
