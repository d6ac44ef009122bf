output "certificate_arn" {
  description = "Certificate of the host name, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "zone_id" {
  description = "Zone that the host name's record goes into."
  value       = data.aws_route53_zone.this.zone_id
}
