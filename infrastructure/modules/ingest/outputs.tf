output "url" {
  value       = aws_apigatewayv2_api.this.api_endpoint
  description = "Where games send to."
}

output "api_id" {
  value       = aws_apigatewayv2_api.this.id
  description = "For figures."
}

output "function_name" {
  value       = module.function.name
  description = "For figures and deployments."
}

output "deployment" {
  value = {
    application = aws_codedeploy_app.this.name
    group       = aws_codedeploy_deployment_group.this.deployment_group_name
    function    = module.function.name
    alias       = aws_lambda_alias.live.name
    version     = module.function.version
  }
  description = "What a deployment names to make the latest version live."
}
