// Renders the chart's templates with Go's own text/template and sprig, of which Helm is made. Takes the chart's folder as argument and the input as JSON; prints the files as JSON.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

func main() {
	if err := render(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(chart string) error {
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = toYaml
	functions["fromYaml"] = fromYaml
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	all.Funcs(functions)
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := all.New(filepath.Base(file)).Parse(string(text)); err != nil {
			return err
		}
	}
	var inputs []map[string]interface{}
	if err := json.NewDecoder(os.Stdin).Decode(&inputs); err != nil {
		return err
	}
	var rendered []map[string]string
	for _, input := range inputs {
		input["Files"] = chartFiles{chart}
		texts := map[string]string{}
		for _, file := range files {
			name := filepath.Base(file)
			var text bytes.Buffer
			if strings.HasPrefix(name, "_") {
				continue
			}
			if err := all.ExecuteTemplate(&text, name, input); err != nil {
				return err
			}
			texts[name] = text.String()
		}
		rendered = append(rendered, texts)
	}
	return json.NewEncoder(os.Stdout).Encode(rendered)
}

// chartFiles is what templates see as .Files.
type chartFiles struct{ chart string }

func (files chartFiles) Get(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(files.chart, name))
	return string(text), err
}

// fromYaml answers a fault as Helm does: as a value.
func fromYaml(text string) map[string]interface{} {
	found := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(text), &found); err != nil {
		return map[string]interface{}{"Error": err.Error()}
	}
	return found
}

func toYaml(value interface{}) (string, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}
