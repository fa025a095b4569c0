// Writes the SDKs of a Pulumi package: main <schema.json> <folder> <language>...
//
// Pulumi's engine delegates this to a language host (`pulumi package gen-sdk`). A built engine has
// hosts without it, so this program calls the same generators.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "defender-mssp"

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("arguments: <schema.json> <folder> <language>..."))
	}
	for _, language := range os.Args[3:] {
		files, err := generate(language, os.Args[1])
		if err != nil {
			fail(fmt.Errorf("%s: %w", language, err))
		}
		for name, content := range files {
			file := filepath.Join(os.Args[2], language, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				fail(err)
			}
			if err := os.WriteFile(file, content, 0o644); err != nil {
				fail(err)
			}
		}
	}
}

// Binds the schema anew for each language: a generator changes the package that it gets. The schema
// refers to no other package.
func generate(language, schemaFile string) (map[string][]byte, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	bound, problems, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		return nil, problems
	}
	switch language {
	case "go":
		return gogen.GeneratePackage(tool, bound, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, bound, nil, nil, false, nil)
	case "python":
		return python.GeneratePackage(tool, bound, nil, nil)
	}
	return nil, fmt.Errorf("no generator for this language")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
