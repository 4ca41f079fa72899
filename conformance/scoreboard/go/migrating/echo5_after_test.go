package migrating

import (
	corsecho "github.com/corskit/cors/adapters/echo/v5"
	"github.com/labstack/echo/v5"
)

func echo5After(e *echo.Echo) {
	e.Use(corsecho.New(corsecho.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://admin.example.com"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE"},
		AllowHeaders:     []string{echo.HeaderContentType, echo.HeaderAuthorization},
		AllowCredentials: true,
		MaxAge:           600,
	}))
}
