package browsers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net"
	"sync"
	"time"
)

// An authority is a certificate authority made for one run.
type authority struct {
	key         *ecdsa.PrivateKey // of the authority, and of every certificate
	certificate *x509.Certificate

	mu     sync.Mutex
	issued map[string]*tls.Certificate // by host
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a := &authority{key: key, issued: make(map[string]*tls.Certificate)}
	template := newTemplate("corskit test authority")
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	a.certificate, err = a.sign(template, template)
	return a, err
}

// newTemplate returns a certificate that is valid during a run, even if clocks
// differ by hours.
func newTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: serialNumber(),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-24 * time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
}

// serialNumber returns a number of 64 bits, so that no two certificates have the same.
func serialNumber() *big.Int {
	b := make([]byte, 8)
	rand.Read(b)
	return new(big.Int).SetBytes(b)
}

func (a *authority) sign(template, parent *x509.Certificate) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// issue returns the certificate of a host, a name or an IP address.
func (a *authority) issue(host string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.issued[host]; c != nil {
		return c, nil
	}
	template := newTemplate(host)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	leaf, err := a.sign(template, a.certificate)
	if err != nil {
		return nil, err
	}
	c := &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.certificate.Raw}, PrivateKey: a.key, Leaf: leaf}
	a.issued[host] = c
	return c, nil
}

// pool returns a pool that trusts the authority.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// keyHash returns the hash of the authority's public key for Chromium's command
// line: the base64 of the SHA-256 of the SubjectPublicKeyInfo.
func (a *authority) keyHash() string {
	hash := sha256.Sum256(a.certificate.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(hash[:])
}
