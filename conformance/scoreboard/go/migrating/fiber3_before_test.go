package migrating

import (
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/cors"
)

func fiber3Before(app *fiber.App) {
	app.Use(cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
		AllowHeaders:     []string{"Origin", "Content-Type", "Authorization"},
		AllowCredentials: true,
		MaxAge:           600,
	}))
}

func fiber3Default() fiber.Handler {
	return cors.New()
}
