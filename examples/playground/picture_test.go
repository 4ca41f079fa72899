package main

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/corskit/cors/examples/internal/drive"
)

var update = flag.Bool("update", false, "take the picture of the page that the README shows")

// To take the picture, after a change of the page:
//
//	go test ./examples/playground -run TestPicture -update
func TestPictureOfThePageIsSmall(t *testing.T) {
	const name, width, height, limit = "playground.png", 1440, 900, 150_000
	if *update {
		p, v := serving(t), visit{Browser: drive.Chromium.Start(t), t: t, name: drive.Chromium.Name}
		v.Resize(width, height, false)
		v.Open(p.origin + "/")
		v.settle(0)
		shot, err := png.Decode(bytes.NewReader(v.Screenshot()))
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&text, paletted(shot)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > limit || picture.Width != width || picture.Height != height {
		t.Errorf("the picture is %d×%d and has %d bytes, want %d×%d and at most %d bytes", picture.Width, picture.Height, info.Size(), width, height, limit)
	}
}

// paletted returns a picture in its 256 most frequent colours: a third of the bytes.
func paletted(picture image.Image) *image.Paletted {
	count := make(map[color.Color]int)
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	small := image.NewPaletted(bounds, colours[:min(256, len(colours))])
	draw.Draw(small, bounds, picture, bounds.Min, draw.Src)
	return small
}
