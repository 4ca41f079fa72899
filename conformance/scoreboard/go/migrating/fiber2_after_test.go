package migrating

import (
	corsfiber "github.com/corskit/cors/adapters/fiber"
	"github.com/gofiber/fiber/v2"
)

func fiber2After(app *fiber.App) {
	app.Use(corsfiber.New(corsfiber.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Authorization"},
		AllowCredentials: true,
		MaxAge:           600,
	}))
}
