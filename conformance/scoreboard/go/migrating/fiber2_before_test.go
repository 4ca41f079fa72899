package migrating

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
)

func fiber2Before(app *fiber.App) {
	app.Use(cors.New(cors.Config{
		AllowOrigins:     "https://app.example.com, https://*.partner.example",
		AllowMethods:     "GET,POST,PUT,DELETE",
		AllowHeaders:     "Origin, Content-Type, Authorization",
		AllowCredentials: true,
		MaxAge:           600,
	}))
}

func fiber2Default() fiber.Handler {
	return cors.New()
}
