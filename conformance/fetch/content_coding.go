package fetch

import (
	"compress/gzip"
	"io"
)

// isGzip reports whether a response has the one content coding that the agent
// says it accepts.
func isGzip(headers HeaderList) bool {
	codings, err := extractTokens(headers, "Content-Encoding")
	return err == nil && len(codings) == 1 &&
		(byteCaseInsensitiveMatch(codings[0], "gzip") || byteCaseInsensitiveMatch(codings[0], "x-gzip"))
}

// A decodingBody is Fetch, "handle content codings", for a body coded with
// gzip. It decodes while it is read, because the first bytes of a streaming
// response may arrive late.
type decodingBody struct {
	encoded io.ReadCloser
	decoded *gzip.Reader
	err     error
}

func (b *decodingBody) Read(p []byte) (int, error) {
	if b.decoded == nil && b.err == nil {
		b.decoded, b.err = gzip.NewReader(b.encoded)
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.decoded.Read(p)
}

func (b *decodingBody) Close() error { return b.encoded.Close() }
