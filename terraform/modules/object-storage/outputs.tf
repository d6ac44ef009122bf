output "names" {
  description = "Name of each bucket by its purpose; known once its policy is in force."
  value       = { for purpose, policy in aws_s3_bucket_policy.this : purpose => policy.bucket }
}

output "arns" {
  description = "ARN of each bucket by its purpose."
  value       = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.arn }
}
