package cors

import (
	"fmt"
	"slices"
)

// maxAnalysed is how many expressions are analysed to see whether New accepts a
// change.
const maxAnalysed = 20

// settle completes a verdict: it proposes the changes that remove all obstacles,
// if there are such changes and New accepts them.
func (x *explainer) settle(mode int) {
	v, obstacles := x.verdict(mode), x.obstacles[mode]
	v.Allowed = len(obstacles) == 0
	changes, removable := collect(obstacles)
	if removable && !v.Allowed {
		for _, problem := range x.refused(changes) {
			o := blamed(obstacles, problem.Field)
			o.changes = nil
			o.Remedy = fmt.Sprintf("No change is proposed, since New refuses it: %s %s: %s.", problem.Field, quote(problem.Value), problem.Message)
		}
		changes, removable = collect(obstacles)
	}
	for _, o := range obstacles {
		if !removable && len(o.changes) > 0 {
			o.Remedy = "" // it would not help
		}
		v.Obstacles = append(v.Obstacles, o.Obstacle)
	}
	if removable {
		v.Changes = changes
	}
}

// collect returns the changes that remove the obstacles, and whether they
// remove all.
func collect(obstacles []obstacle) (changes []Change, removable bool) {
	for _, o := range obstacles {
		if len(o.changes) == 0 {
			return nil, false
		}
		changes = append(changes, o.changes...)
	}
	return changes, true
}

// blamed returns the obstacle whose changes New refuses for a field: that which
// changes the field, or else that which lets credentials in.
func blamed(obstacles []obstacle, field string) *obstacle {
	for _, field := range []string{field, "AllowCredentials"} {
		for i := range obstacles {
			if touches(obstacles[i].changes, field) {
				return &obstacles[i]
			}
		}
	}
	return &obstacles[0]
}

func touches(changes []Change, field string) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Field == field })
}

// refused returns what New would say against changes of the Config whose terms
// hold. What the changes have nothing to do with was accepted before, and is
// left out.
func (x *explainer) refused(changes []Change) ConfigErrors {
	changed := x.configs[x.terms]
	changed.AllowOriginFunc = nil
	if !touches(changes, "AllowCredentials") {
		changed.AllowOrigins, changed.AllowOriginRegexps = nil, nil
	}
	for _, c := range changes {
		c.Apply(&changed)
	}
	if len(changed.AllowOrigins)+len(changed.AllowOriginRegexps) == 0 {
		changed.AllowOrigins = []string{anOrigin}
	}
	configs := []Config{changed}
	if touches(changes, "Paths") || touches(changes, "PathRegexps") {
		configs = make([]Config, len(x.configs))
		for i := range configs {
			configs[i] = Config{Paths: x.configs[i].Paths, PathRegexps: x.configs[i].PathRegexps, AllowOrigins: []string{anOrigin}}
		}
		configs[x.terms] = changed
	}
	if _, err := New(configs...); err != nil {
		// A risk may have been for an origin that is left out.
		return slices.DeleteFunc(err.(ConfigErrors), func(e *ConfigError) bool { return e.Code == CodeUnusedRisk })
	}
	return nil
}
