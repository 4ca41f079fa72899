package cors

// ForgetEnforce undoes what Enforce does to all middlewares of the process, for tests
// that count allocations.
func ForgetEnforce() { enforced.Store(false) }
