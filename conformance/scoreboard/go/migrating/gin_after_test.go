package migrating

import (
	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/gin-gonic/gin"
)

func ginContribAfter(r *gin.Engine) {
	r.Use(corsgin.New(corsgin.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.partner.example"},
		AllowMethods:     []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"},
		AllowHeaders:     []string{"Content-Type", "Authorization"},
		ExposeHeaders:    []string{"X-Total"},
		AllowCredentials: true,
		MaxAge:           12 * 60 * 60, // seconds
		RejectDisallowed: true,         // 403 to denied origins, as before
	}))
}
