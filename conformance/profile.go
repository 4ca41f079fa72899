package conformance

// A Profile says what a case counts for.
type Profile string

// The profiles. The first two are scored.
const (
	// ProfileBrowser: scripts on allowed origins can do what the policy says, and
	// nobody else can.
	ProfileBrowser Profile = "browser"
	// ProfileCaching: shared caches give nobody a response made for another.
	ProfileCaching Profile = "caching"
	// ProfileHardening: raw requests that no browser sends, disclosure, resource use.
	ProfileHardening Profile = "hardening"
	// ProfileAdvice: what works, but costs, such as extra preflights and cold caches.
	ProfileAdvice Profile = "advice"
	// ProfileCorskit: the policy language of this project, paths, several policies,
	// reloads and routing.
	ProfileCorskit Profile = "corskit"
)

// Profiles are all profiles.
var Profiles = []Profile{ProfileBrowser, ProfileCaching, ProfileHardening, ProfileAdvice, ProfileCorskit}

// Scored reports whether a failure of a case is a defect by the standard. Failures in
// other profiles are only reported.
func (p Profile) Scored() bool { return p == ProfileBrowser || p == ProfileCaching }
