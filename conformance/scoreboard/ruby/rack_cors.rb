# frozen_string_literal: true

# rack-cors, as https://github.com/cyu/rack-cors#configuration-reference says.

require 'json'
require 'puma'
require 'puma/server'
require 'rack'
require 'rack/cors'
require_relative 'app'

def configure((config))
  origins = config.fetch('allowOrigins', []) +
            config.fetch('allowOriginRegexps', []).map { |expression| whole(expression) }
  Rack::Builder.app do
    use Rack::Cors do
      allow do
        origins(*origins)
        resource '*', **options(config)
      end
    end
    run App
  end
end

def options(config)
  options = {
    methods: names(config, 'allowMethods') { |methods| (%w[get head post] + methods.map(&:downcase)).uniq },
    headers: names(config, 'allowHeaders') { |headers| headers },
    expose: config['exposeHeaders'],
    credentials: config.fetch('allowCredentials', false)
  }
  age = config.fetch('maxAge', 0)
  age.zero? ? options : { **options, max_age: [age, 0].max }
end

def names(config, field)
  list = config.fetch(field, [])
  list.include?('*') ? :any : yield(list)
end

def whole(expression)
  /\A(?:#{expression})\z/
end

application =
  begin
    configure(JSON.parse(ENV.fetch('CORS_POLICY')))
  rescue Rack::Cors::Resource::CorsMisconfigurationError => e
    warn e.message
    exit 3
  end

served = lambda do |env|
  next application.call(env) if env['PATH_INFO'] != '/.conformance/policy'

  application = configure(JSON.parse(env['rack.input'].read))
  [204, {}, []]
rescue Rack::Cors::Resource::CorsMisconfigurationError => e
  [422, {}, [e.message]]
end

server = Puma::Server.new(served)
server.add_tcp_listener('127.0.0.1', ENV.fetch('PORT').to_i)
server.run.join
