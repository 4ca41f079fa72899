package origin

import "math/bits"

// domains returns the domains that an expression spells out. The host of every
// match, without the dot of a fully qualified domain, is one of them or lies
// under one. If there are none, it can be anything.
//
// Hosts are read from right to left, as confine reads them, but on beyond the
// registrable domain, for as long as labels are spelled out and there are no
// more domains than maxDomains.
func (g *product) domains() []string {
	var domains []string
	for queue := []suffix{{"", g.hostEnds()}}; len(queue) > 0; {
		s := queue[0]
		queue = queue[1:]
		longer, ok := g.prependLabel(s)
		if !ok || len(domains)+len(queue)+len(longer) > maxDomains {
			if s.text == "" {
				return nil
			}
			domains = append(domains, s.text)
			continue
		}
		for _, l := range longer {
			if l.from == nil {
				domains = append(domains, l.text)
			} else {
				queue = append(queue, l)
			}
		}
	}
	return domains
}

// prependLabel returns the ends of hosts that have one more label than s. Those
// that can be a whole host lead from nowhere. It reports false if the label is
// not spelled out.
func (g *product) prependLabel(s suffix) (longer []suffix, ok bool) {
	for queue := []suffix{s}; len(queue) > 0; {
		s, queue = queue[0], queue[1:]
		var chars charset
		for _, i := range s.from {
			for _, e := range g.backward[i] {
				chars |= e.chars
			}
		}
		if bits.OnesCount64(uint64(chars)) > maxAlternatives || len(queue)+len(longer) > maxDomains {
			return nil, false
		}
		for ; chars != 0; chars &= chars - 1 {
			char := chars & -chars
			var from []int
			for _, i := range s.from {
				for _, e := range g.backward[i] {
					if e.chars&char != 0 {
						from = append(from, e.node)
					}
				}
			}
			text := string(char.first()) + s.text
			var whole bool
			var label, within []int
			for _, i := range g.withFree(from) {
				switch g.nodes[i].place {
				case atHost:
					whole = true
				case afterDot:
					label = append(label, i)
				default:
					within = append(within, i)
				}
			}
			switch {
			case whole:
				longer = append(longer, suffix{text, nil})
			case label != nil:
				longer = append(longer, suffix{text, label})
			}
			if within != nil {
				queue = append(queue, suffix{text, within})
			}
		}
	}
	return longer, true
}
