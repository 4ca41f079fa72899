# frozen_string_literal: true

require 'json'
require 'rack'

# The application of the conformance suite, in Rack.
module App
  METHODS = %w[GET HEAD POST PUT PATCH DELETE].freeze

  module_function

  def call(env)
    request = Rack::Request.new(env)
    path = Rack::Utils.unescape_path(request.path_info)
    return failure(404) if request.path_info.count('/') > 3

    allowed = path == '/own-options' ? [*METHODS, 'OPTIONS'] : METHODS
    return failure(405, 'Allow' => allowed.join(', ')) unless allowed.include?(request.request_method)

    respond(request, path)
  end

  # rack-cors adds its headers after the application, so there is nothing yet that
  # do=mutate could overwrite or do=reset could remove.
  def respond(request, path)
    query = Hash.new { |hash, name| hash[name] = [] }
    URI.decode_www_form(request.query_string).each { |name, value| query[name] << value }
    action = query['do'].first
    return failure(500) if action == 'error'
    raise 'the application fails as it was asked to' if action == 'panic'

    headers = Rack::Utils::HeaderHash.new(
      'X-Handled' => 'yes', 'X-Total-Count' => '42', 'X-Secret' => 'secret',
      'Content-Type' => 'text/plain; charset=utf-8'
    )
    query['set'].each { |header| name, value = header.split(':', 2); headers[name] = value }
    # A line feed separates the lines of a header.
    query['add'].each { |header| name, value = header.split(':', 2); headers[name] = [*headers[name], value].join("\n") }
    query['del'].each { |name| headers.delete(name) }

    status = (query['status'].first || 200).to_i
    body = "#{request.request_method} #{path}\n"
    case action
    when 'redirect'
      headers['Location'] = query['to'].first
      status = (query['code'].first || 302).to_i
    when 'cookie'
      headers['Set-Cookie'] = 'session=1; Path=/; HttpOnly'
    when 'whoami'
      session = request.cookies['session']
      body = session ? "session #{session}\n" : "nobody\n"
    when 'cacheable'
      headers['Cache-Control'] = 'public, max-age=60'
    when 'etag'
      headers['ETag'] = '"1"'
      status = 304 if request.get_header('HTTP_IF_NONE_MATCH') == '"1"'
    end
    return [status, headers, []] if request.head? || [204, 304].include?(status)

    [status, headers, [body] * (action == 'stream' ? 3 : 1)]
  end

  def failure(status, headers = {})
    [status, { 'Content-Type' => 'text/plain', **headers }, ["#{Rack::Utils::HTTP_STATUS_CODES[status]}\n"]]
  end
end
