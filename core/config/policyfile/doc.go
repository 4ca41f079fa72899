// Package policyfile keeps the policy of an engine the same as that in a file, while
// the server runs:
//
//	engine := new(cors.Engine)
//	if err := policyfile.Follow(ctx, engine, "cors.json", nil); err != nil {
//		log.Fatal(err)
//	}
//
// The file has the JSON that [config.ParseJSON] reads. Programs may write it in any
// way: in place, or as editors do, which rename a new file over the old one. It may be
// a link, as the files of a Kubernetes ConfigMap are. (Kubernetes never updates a file
// that is mounted with subPath.)
//
// A change is in force a moment after the last write, so that a half-written file is
// rarely read, and at most two seconds later where the operating system reports no
// changes, as for many network file systems.
package policyfile
