// The Kubernetes provider of Pulumi as its release builds it: upstream's provider package behind a main that embeds the
// schema and the Terraform mapping. Upstream leaves the two files that its own main embeds out of its module, so
// `hanzo toolchain install` makes them from the module's schema.json (with the version set) and terraform-mapping.json.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
