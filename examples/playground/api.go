package main

import (
	"github.com/corskit/cors/conformance/explain"
	cors "github.com/corskit/cors/core"
)

// The page talks to the program in JSON. Every call but GET /api/state is a POST
// with the Content-Type application/json. In the static edition, the page calls the
// same handlers without a network.

// A Refusal is the response to a call that fails.
type Refusal struct {
	Error string `json:"error"` // a sentence
}

// A State is the response to GET /api/state: everything that the page is made of.
type State struct {
	Backends   []Backend       `json:"backends"`
	Sites      []Site          `json:"sites"`
	Operations []Operation     `json:"operations"`
	Presets    []Preset        `json:"presets"`
	Fields     []PolicyField   `json:"fields"`
	Risks      []RiskToAccept  `json:"risks"`
	Policy     PolicyInForce   `json:"policy"`
	Headers    []ResponseField `json:"headers"`
	IsStatic   bool            `json:"isStatic"` // whether a model of a browser makes the requests
	Module     string          `json:"module"`   // the path that all modules of the project begin with
	Release    string          `json:"release"`  // of the program
}

// A Backend is the sample API behind one framework.
type Backend struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Origin string `json:"origin"`
}

// A Site is an origin that requests come from.
type Site struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Group string `json:"group"` // "yours" or "others"
	// Origin is "null" for the sandboxed one.
	Origin string `json:"origin"`
	// Public is the origin that stands for the site in the code to copy.
	Public string `json:"public"`
	// Frame is the URL of the document to embed; Sandbox, if not empty, is the
	// attribute of that name. The static edition has no frames.
	Frame   string `json:"frame"`
	Sandbox string `json:"sandbox,omitempty"`
}

// An Operation is a request to the sample API.
type Operation struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Why         string      `json:"why"` // what makes it worth trying, in a sentence
	Method      string      `json:"method"`
	Path        string      `json:"path"`
	Headers     [][2]string `json:"headers"`
	Body        string      `json:"body"`
	Credentials string      `json:"credentials"` // "omit", "same-origin" or "include"
}

// A Preset is a policy to start from.
type Preset struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Why   string `json:"why"`
	// Policy is JSON as a person would write it.
	Policy string `json:"policy"`
}

// A PolicyField describes a field of a Config for the form.
type PolicyField struct {
	Name string `json:"name"` // as in JSON: "allowOrigins"
	Go   string `json:"go"`   // as in Go: "AllowOrigins"
	Kind string `json:"kind"` // "list", "bool" or "number"
	Help string `json:"help"` // what it means, in a sentence or two
	Hint string `json:"hint"` // an example of a value
}

// A RiskToAccept is a risk that AcceptRisks can name.
type RiskToAccept struct {
	ID   cors.Risk `json:"id"`
	Text string    `json:"text"` // what happens, in a sentence
}

// A ResponseField explains a header that has to do with CORS.
type ResponseField struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// A PolicyInForce is a policy and its number, which counts up from 1 with every
// change.
type PolicyInForce struct {
	Version int    `json:"version"`
	Text    string `json:"text"` // JSON, as it was given
}

// A PolicyText is what POST /api/policy and /api/code take: a Config or a list of
// them, as JSON.
type PolicyText struct {
	Policy string `json:"policy"`
}

// A Check is the response to POST /api/policy, with the status 422 if the policy is
// refused.
type Check struct {
	OK       bool      `json:"ok"`
	Problems []Problem `json:"problems"`
	// Version is that of the policy in force.
	Version int `json:"version"`
}

// A Problem is what is wrong with a policy.
type Problem struct {
	Config int    `json:"config"` // index
	Field  string `json:"field"`  // as in JSON; empty if it is about the whole
	// Entry is the index of the entry at fault, or -1.
	Entry   int    `json:"entry"`
	Value   string `json:"value"`
	Message string `json:"message"` // a sentence with the fix
	Code    string `json:"code"`
	// Risk is the risk that would have to be accepted, if it is one.
	Risk cors.Risk `json:"risk,omitempty"`
	// Line and Column count from 1, Column in bytes; 0 if they are not known.
	Line   int `json:"line"`
	Column int `json:"column"`
}

// A Message is a request and its response as they went over the wire. The query
// parameter that names the exchange is left out of the target.
type Message struct {
	Preflight bool         `json:"preflight"`
	Request   WireRequest  `json:"request"`
	Response  WireResponse `json:"response"`
}

// A WireRequest is the head of a request, its headers in their order.
type WireRequest struct {
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Headers [][2]string `json:"headers"`
}

// A WireResponse is the head of a response. Its Status is 0 if none came.
type WireResponse struct {
	Status     int         `json:"status"`
	StatusText string      `json:"statusText"`
	Headers    [][2]string `json:"headers"`
}

// Exchanges is the response of the local edition to POST /api/exchanges, which takes
// a list of IDs: for each, the messages whose URL had the query parameter
// exchange={id}, in order. An unknown ID has none.
type Exchanges struct {
	Messages [][]Message `json:"messages"`
	Version  int         `json:"version"` // of the policy by now
}

// A Question is a fetch by a script. POST /api/predict takes a list of them.
type Question struct {
	Backend     string      `json:"backend"`
	Site        string      `json:"site"`
	Method      string      `json:"method"`
	Path        string      `json:"path"`
	Headers     [][2]string `json:"headers"`
	Body        string      `json:"body"`
	Credentials string      `json:"credentials"`
	Mode        string      `json:"mode"` // "cors" if empty
}

// Predictions is the response to POST /api/predict, in the order of the questions.
type Predictions struct {
	Predictions []Prediction `json:"predictions"`
	Version     int          `json:"version"` // of the policy before the first
}

// A Prediction is what a browser will make of a fetch, according to package fetch,
// which shares no code with the engine.
type Prediction struct {
	Outcome string      `json:"outcome"` // "readable", "opaque", "blocked", or "refused" if no script can do this
	Step    string      `json:"step"`    // of the standard, where it is blocked
	Header  string      `json:"header"`  // the response header at fault, empty if none is
	Refused string      `json:"refused"` // the method or header that the preflight doesn't allow
	Console *Console    `json:"console"` // null unless CORS blocks the request
	Text    string      `json:"text"`    // a sentence
	Status  int         `json:"status"`
	Visible [][2]string `json:"visible"` // headers that the script sees
	Body    string      `json:"body"`
	Trace   []Message   `json:"trace"`
}

// Explanations is the response to POST /api/explain, which takes the messages of an
// exchange: one of the preflight, if there was one, and one of the request, if it was
// sent.
type Explanations struct {
	Version      int           `json:"version"` // of the policy that explains
	Explanations []Explanation `json:"explanations"`
}

// An Explanation is the engine's, as data and as text.
type Explanation struct {
	Preflight bool                `json:"preflight"`
	Data      explain.Explanation `json:"data"`
	Text      string              `json:"text"`
}

// A Code is the response to POST /api/code: the policy as code to copy. The sites'
// public origins replace those of this machine.
type Code struct {
	Programs []Program `json:"programs"`
}

// A Program is a text to copy. If the policy can't be written in this way, Text is
// empty, and Note says why.
type Program struct {
	ID       string `json:"id"` // "nethttp", "gin", "echo", "echo5", "chi", "fiber", "fiber3", "json" or "environment"
	Title    string `json:"title"`
	Language string `json:"language"` // "go", "json" or "shell"
	Install  string `json:"install"`  // the command that adds the modules
	Text     string `json:"text"`
	Note     string `json:"note"`
}

// A Paste is what POST /api/diagnose takes: an error from the browser console, or a
// transcript of curl, of up to 32 KiB.
type Paste struct {
	Text string `json:"text"`
}

// A Diagnosis is the response to POST /api/diagnose.
type Diagnosis struct {
	// Source is what the text is taken for: "Chromium", "Firefox", "WebKit",
	// "curl", or empty if it is nothing known.
	Source string `json:"source"`
	// Findings are one at least.
	Findings []Finding `json:"findings"`
}

// A Finding is one thing that a pasted text says.
type Finding struct {
	What  string `json:"what"`  // what the browser means, in a sentence
	Why   string `json:"why"`   // how that comes about
	Field string `json:"field"` // of the Config, as in JSON; empty if none helps
	Fix   string `json:"fix"`
	// Site and Operation are of the cell of the matrix that is like the request;
	// empty if none is.
	Site      string `json:"site"`
	Operation string `json:"operation"`
}
