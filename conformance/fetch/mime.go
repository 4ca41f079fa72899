package fetch

import "strings"

// parseMIMETypeEssence is MIME Sniffing, "parse a MIME type", up to the
// essence: the parameters after it can't make the parser fail.
func parseMIMETypeEssence(input string) (essence string, ok bool) {
	input = normalize(input)
	mimeType, rest, ok := strings.Cut(input, "/")
	if !ok || !isHeaderName(mimeType) {
		return "", false
	}
	subtype, _, _ := strings.Cut(rest, ";")
	subtype = strings.TrimRight(subtype, "\t\n\r ")
	if !isHeaderName(subtype) {
		return "", false
	}
	return byteLowercase(mimeType) + "/" + byteLowercase(subtype), true
}
