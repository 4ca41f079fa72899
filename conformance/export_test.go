package conformance

// End ends a server that a Launcher started.
func End(s *Server) { s.release(true) }
